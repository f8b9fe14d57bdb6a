import { Group, Table, Text } from "@mantine/core";
import type { LesionClass } from "@/api/types";
import { formatArea } from "@/lib/format";
import { Swatch } from "./parts";

export interface LesionSummary {
  readonly count: number;
  readonly area_px?: number;
  readonly area_fov_percent: number;
}

/** Lesions a model found, per class: how many and how much of the field of view. */
export function LesionCounts(props: {
  lesions: Readonly<Record<string, LesionSummary>>;
  classes: readonly LesionClass[];
}) {
  const codes = Object.keys(props.lesions);
  if (codes.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No model has looked for lesions in this image yet.
      </Text>
    );
  }
  return (
    <Table verticalSpacing={4} horizontalSpacing={6} withRowBorders={false}>
      <Table.Tbody>
        {codes.map((code) => {
          const known = props.classes.find((one) => one.code === code);
          const found = props.lesions[code];
          return (
            <Table.Tr key={code} data-lesion={code}>
              <Table.Td>
                <Group gap={6} wrap="nowrap">
                  <Swatch color={known?.color ?? "#868e96"} pattern={known?.pattern ?? "solid"} />
                  <Text size="sm">{known?.name ?? code}</Text>
                </Group>
              </Table.Td>
              <Table.Td ta="right">
                <Text size="sm" fw={600}>
                  {found?.count ?? 0}
                </Text>
              </Table.Td>
              <Table.Td ta="right">
                <Text size="xs" c="dimmed">
                  {formatArea(found?.area_fov_percent ?? 0)} of FOV
                </Text>
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}
