import { Button, Code, Collapse, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { TrainingRunDetail } from "@/api/types";
import { formatBytes, formatDuration, formatMetric, plural } from "@/lib/format";

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <Text size="lg" fw={650} style={{ fontVariantNumeric: "tabular-nums" }}>
        {value}
      </Text>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
    </div>
  );
}

/** "3.2 steps a second", or seconds for each where a step takes long. */
export function pace(stepsPerSecond: number): string {
  return stepsPerSecond >= 1
    ? `${formatMetric(Number(stepsPerSecond.toPrecision(2)))} a second`
    : `${formatMetric(Number((1 / stepsPerSecond).toPrecision(2)))} s each`;
}

/** How a run goes right now: its place in the queue, or epoch, pace, time left and memory. */
export function LiveFacts({ run }: { run: TrainingRunDetail }) {
  const { job, live, waiting_before: waiting } = run;
  if (job?.state === "queued" && waiting !== null) {
    return (
      <Text size="sm" c="dimmed">
        {waiting === 0 ? "Next in the queue." : `${plural(waiting, "job")} of its queue ahead of it.`}
      </Text>
    );
  }
  if (job?.state !== "running" || live.epoch === null) return null;
  return (
    <Group gap="xl" data-live>
      <Fact label="epoch" value={`${String(live.epoch)} of ${String(live.epochs ?? "–")}`} />
      {live.steps_per_second !== null && live.steps_per_second > 0 && (
        <Fact label="steps" value={pace(live.steps_per_second)} />
      )}
      {live.seconds_left !== null && (
        <Fact label="left, at this pace" value={formatDuration(live.seconds_left)} />
      )}
      {live.memory_bytes !== null && <Fact label="memory" value={formatBytes(live.memory_bytes)} />}
    </Group>
  );
}

const SHOWN_LINES = 14;
const OF_LIBRARIES = /^([IW]0000 |WARNING: All log messages)/; // how TensorFlow greets

/** The last lines that the training process wrote, without its libraries' greetings; folded away until asked for. */
export function LogTail({ text }: { text: string }) {
  const lines = text
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "" && !OF_LIBRARIES.test(line))
    .slice(-SHOWN_LINES);
  const [opened, { toggle }] = useDisclosure(false);
  if (lines.length === 0) return null;
  return (
    <Stack gap={4} align="flex-start">
      <Button variant="subtle" size="xs" onClick={toggle} aria-expanded={opened}>
        {opened ? "Hide" : "Show"} the technical log
      </Button>
      <Collapse expanded={opened} w="100%">
        <Code block style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }} data-log>
          {lines.join("\n")}
        </Code>
      </Collapse>
    </Stack>
  );
}
