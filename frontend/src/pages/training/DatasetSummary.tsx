import { Stack, Table, Text } from "@mantine/core";
import { useSessionUser } from "@/app/session";
import { formatWhen, shortId } from "@/lib/format";
import { isRecord, scoreTitle } from "../models/metrics";

interface Dataset {
  readonly number: number;
  readonly content_hash: string;
  readonly counts: Readonly<Record<string, unknown>>;
  readonly frozen_at?: string;
  readonly frozen_by?: string | null;
}

const FOLDS = ["train", "validation", "test", "all"];

const count = (part: unknown, name: string): string => {
  const value = isRecord(part) ? part[name] : undefined;
  return typeof value === "number" ? value.toLocaleString("en-GB") : "–";
};

/** How many images, patients and labels a frozen dataset has, fold by fold. */
export function DatasetSummary({ dataset, labels }: { dataset: Dataset; labels: string }) {
  const { project } = useSessionUser();
  const folds = FOLDS.filter((fold) => isRecord(dataset.counts[fold]));
  const all = dataset.counts["all"];
  const regions = isRecord(all) && isRecord(all["regions"]) ? Object.keys(all["regions"]) : [];
  const saysReferable = isRecord(all) && Number(all["referable"]) + Number(all["not_referable"]) > 0;
  const nameOf = (code: string) => project?.lesion_classes.find((one) => one.code === code)?.name ?? code;
  return (
    <Stack gap="xs">
      <Text size="sm">
        Dataset version {dataset.number}
        {dataset.frozen_at &&
          `, frozen ${formatWhen(dataset.frozen_at)} by ${dataset.frozen_by ?? "the command line"}`}
        . Labels from: {labels || "any accepted source, one per image"}.
      </Text>
      <Table.ScrollContainer minWidth={420}>
        <Table verticalSpacing={3}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th />
              <Table.Th ta="right">Patients</Table.Th>
              <Table.Th ta="right">Images</Table.Th>
              <Table.Th ta="right">DR</Table.Th>
              <Table.Th ta="right">No DR</Table.Th>
              {saysReferable && <Table.Th ta="right">Referable</Table.Th>}
              {saysReferable && <Table.Th ta="right">Not referable</Table.Th>}
              {regions.map((code) => (
                <Table.Th key={code} ta="right">
                  {nameOf(code)} regions
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {folds.map((fold) => {
              const part = dataset.counts[fold];
              return (
                <Table.Tr key={fold}>
                  <Table.Td>{fold === "all" ? "In all" : scoreTitle(fold)}</Table.Td>
                  <Table.Td ta="right">{count(part, "patients")}</Table.Td>
                  <Table.Td ta="right">{count(part, "images")}</Table.Td>
                  <Table.Td ta="right">{count(part, "positives")}</Table.Td>
                  <Table.Td ta="right">{count(part, "negatives")}</Table.Td>
                  {saysReferable && <Table.Td ta="right">{count(part, "referable")}</Table.Td>}
                  {saysReferable && <Table.Td ta="right">{count(part, "not_referable")}</Table.Td>}
                  {regions.map((code) => (
                    <Table.Td key={code} ta="right">
                      {count(isRecord(part) ? part["regions"] : undefined, code)}
                    </Table.Td>
                  ))}
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="xs" c="dimmed">
        Split by patient. Content hash {shortId(dataset.content_hash)}.
      </Text>
    </Stack>
  );
}
