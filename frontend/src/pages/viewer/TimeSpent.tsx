import { Text } from "@mantine/core";
import { IDLE_MS, type ActivityMeter } from "@/lib/activity";
import { formatDuration } from "@/lib/format";
import { useCountedSeconds } from "./useActivity";

/** Time spent on the reading: before this page, and on it. */
export function TimeSpent({ before, activity }: { before: number; activity: ActivityMeter }) {
  const seconds = before + useCountedSeconds(activity);
  return (
    <Text size="xs" c="dimmed" title={`Pauses over ${IDLE_MS / 1000} s and other windows don’t count.`}>
      Time at work on this image: {formatDuration(seconds)}
    </Text>
  );
}
