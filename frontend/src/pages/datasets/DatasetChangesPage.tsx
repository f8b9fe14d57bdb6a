import { Badge, Group, SegmentedControl, Select, Stack, Table, Text, Title } from "@mantine/core";
import { useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { useChangedImages, useDataset, useDatasetChanges, useDatasets, type ChangeKind } from "@/api/queries";
import type { DatasetChanges } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { useLesionName } from "@/app/useLesionName";
import { ImageCells } from "@/components/ImageCells";
import { Pager } from "@/components/parts";
import { EmptyState, LoadingRows, PageHeader, QueryView } from "@/components/states";
import { formatWhen, plural } from "@/lib/format";
import { NotFoundPage } from "../NotFoundPage";
import { taskTitle } from "../training/tasks";
import { changeWords } from "./changes";

const KINDS: readonly { value: ChangeKind | ""; label: string }[] = [
  { value: "", label: "All" },
  { value: "added", label: "Added" },
  { value: "changed", label: "Changed" },
  { value: "dropped", label: "Dropped" },
];
const COLOURS: Readonly<Record<string, string>> = { added: "teal", changed: "blue", dropped: "orange" };

/** Images, classes and regions in figures. */
function Sums({ changes }: { changes: DatasetChanges }) {
  const nameOf = useLesionName();
  const codes = [...new Set([...changes.before.classes, ...changes.after.classes])];
  const { classes_added: gained, classes_dropped: lost } = changes;
  return (
    <section className="card">
      <Stack gap="sm">
        <Text fw={600}>
          {plural(changes.added, "image")} added, {changes.changed} changed, {changes.dropped} dropped;{" "}
          {changes.same} as before.
        </Text>
        {gained.length + lost.length > 0 && (
          <Text size="sm">
            {gained.length > 0 && `Lesion classes added: ${gained.map(nameOf).join(", ")}. `}
            {lost.length > 0 && `Lesion classes dropped: ${lost.map(nameOf).join(", ")}.`}
          </Text>
        )}
        {codes.length > 0 && (
          <Table.ScrollContainer minWidth={360}>
            <Table verticalSpacing={3} w="auto">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Regions</Table.Th>
                  <Table.Th ta="right">Version {changes.before.number}</Table.Th>
                  <Table.Th ta="right">Version {changes.after.number}</Table.Th>
                  <Table.Th ta="right">Difference</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {codes.map((code) => {
                  const [old, now] = [changes.regions_before[code] ?? 0, changes.regions_after[code] ?? 0];
                  return (
                    <Table.Tr key={code}>
                      <Table.Td>{nameOf(code)}</Table.Td>
                      <Table.Td ta="right">{old}</Table.Td>
                      <Table.Td ta="right">{now}</Table.Td>
                      <Table.Td ta="right">
                        {now > old ? "+" : ""}
                        {now - old}
                      </Table.Td>
                    </Table.Tr>
                  );
                })}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Stack>
    </section>
  );
}

function Images({ id, since }: { id: number; since: number }) {
  const nameOf = useLesionName();
  const [kind, setKind] = useState<ChangeKind | "">("");
  const [page, setPage] = useState(1);
  const images = useChangedImages(id, since, kind, page);
  return (
    <section className="card" data-flush="true">
      <Group justify="space-between" p="sm">
        <Title order={2}>Images</Title>
        <SegmentedControl
          size="xs"
          aria-label="Which images"
          data={KINDS.map((one) => ({ ...one }))}
          value={kind}
          onChange={(value) => {
            setKind(value as ChangeKind | "");
            setPage(1);
          }}
        />
      </Group>
      <QueryView query={images}>
        {({ results, count }) =>
          results.length === 0 ? (
            <EmptyState title="No image differs like this" />
          ) : (
            <>
              <Table.ScrollContainer minWidth={560}>
                <Table verticalSpacing={4}>
                  <Table.Tbody>
                    {results.map((change) => (
                      <Table.Tr key={change.image}>
                        <ImageCells {...change} />
                        <Table.Td>
                          <Badge variant="light" tt="none" color={COLOURS[change.kind] ?? "gray"}>
                            {change.kind}
                          </Badge>
                        </Table.Td>
                        <Table.Td>{changeWords(change, nameOf).join("; ")}</Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
              <Pager page={page} count={count} pageSize={25} noun="image" onPage={setPage} />
            </>
          )
        }
      </QueryView>
    </section>
  );
}

/** Which other version of the same task to compare with. */
function Since(props: { task: string; id: number; since: number | null; onSince: (id: number) => void }) {
  const { project } = useSessionUser();
  const versions = useDatasets(project?.id, props.task, 1, 200).data?.results ?? [];
  return (
    <Select
      aria-label="Compare with"
      placeholder="Compare with…"
      w={260}
      data={versions
        .filter(({ id }) => id !== props.id)
        .map(({ id, number, frozen_at }) => ({
          value: String(id),
          label: `Version ${String(number)}, ${formatWhen(frozen_at)}`,
        }))}
      value={props.since === null ? null : String(props.since)}
      onChange={(value) => value !== null && props.onSince(Number(value))}
    />
  );
}

/** What changed from one frozen dataset to another: images, regions and classes. */
export function DatasetChangesPage() {
  const id = Number(useParams()["id"]);
  const [asked, setAsked] = useSearchParams();
  const since = Number(asked.get("since")) || null;
  const dataset = useDataset(id);
  const changes = useDatasetChanges(id, since);
  if (!Number.isInteger(id)) return <NotFoundPage />;
  return (
    <div className="page">
      <QueryView query={dataset}>
        {({ number, task }) => (
          <>
            <PageHeader
              above={<Link to="/datasets">Dataset versions</Link>}
              title={
                changes.data
                  ? `From version ${String(changes.data.before.number)} to ${String(number)}`
                  : `Dataset version ${String(number)}`
              }
              subtitle={taskTitle(task)}
              actions={
                <Since
                  task={task}
                  id={id}
                  since={since}
                  onSince={(other) => setAsked({ since: String(other) }, { replace: true })}
                />
              }
            />
            {since === null ? (
              <section className="card">
                <EmptyState title="Choose the version to compare with" />
              </section>
            ) : (
              <QueryView query={changes} loading={<LoadingRows rows={6} />}>
                {(data) => (
                  <>
                    <Sums changes={data} />
                    <Images key={since} id={id} since={since} />
                  </>
                )}
              </QueryView>
            )}
          </>
        )}
      </QueryView>
    </div>
  );
}
