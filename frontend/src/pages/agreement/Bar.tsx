import { Group, Progress, Text } from "@mantine/core";
import { formatMetric } from "@/lib/format";

/** A figure from 0 to 1 with a bar, for reading down a column. */
export function Bar({ value }: { value: number | null }) {
  return (
    <Group gap="xs" wrap="nowrap">
      <Progress value={100 * (value ?? 0)} w={90} size="sm" aria-hidden />
      <Text size="sm">{formatMetric(value)}</Text>
    </Group>
  );
}
