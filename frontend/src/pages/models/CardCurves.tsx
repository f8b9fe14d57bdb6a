import { SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useLesionName } from "@/app/useLesionName";
import { LineChart } from "@/components/LineChart";
import { formatMetric } from "@/lib/format";
import { frocOf, reliabilityOf } from "./curves";
import type { Score } from "./metrics";
import { ReliabilityPlot } from "./ReliabilityPlot";

type Metrics = Readonly<Record<string, unknown>>;

const shown = (score: Score | null): string =>
  score?.value == null
    ? "–"
    : `${formatMetric(score.value)} (${formatMetric(score.low)} to ${formatMetric(score.high)})`;

/** Whether a classifier's probabilities come true; lesions found against false alarms of a segmenter. */
export function CardCurves({ metrics }: { metrics: Metrics }) {
  return (
    <>
      {reliabilityOf(metrics).length > 0 && (
        <section className="card">
          <Reliability metrics={metrics} />
        </section>
      )}
      {frocOf(metrics, String) && (
        <section className="card">
          <Froc metrics={metrics} />
        </section>
      )}
    </>
  );
}

export function Reliability({ metrics }: { metrics: Metrics }) {
  const reliability = reliabilityOf(metrics);
  if (reliability.length === 0) return null;
  return (
    <>
      <Title order={2} mb="xs">
        Do its probabilities come true?
      </Title>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {reliability.map(({ of, ece, brier, bins }) => (
          <Stack key={of} gap={4}>
            <ReliabilityPlot of={of} bins={bins} />
            <Text size="xs" c="dimmed">
              Mean distance from the dashed line (ECE) {shown(ece)}; Brier score {shown(brier)}; lower is
              better.
            </Text>
          </Stack>
        ))}
      </SimpleGrid>
    </>
  );
}

export function Froc({ metrics }: { metrics: Metrics }) {
  const froc = frocOf(metrics, useLesionName());
  if (!froc) return null;
  return (
    <>
      <Title order={2} mb="xs">
        Lesions found and false alarms
      </Title>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <LineChart
          title="Share of labelled lesions found (FROC)"
          series={froc.series}
          xFirst={0}
          xLast={froc.mostFalse}
          yLast={1}
          xTitle="false alarms an image"
          yTitle="lesions found"
          showLast={false}
        />
        <Stack gap="xs" justify="center">
          {froc.sentences.map((sentence) => (
            <Text key={sentence} size="sm">
              {sentence}
            </Text>
          ))}
          <Text size="xs" c="dimmed">
            At the model’s thresholds; in brackets: 95 % interval over patients. {froc.rule}
          </Text>
        </Stack>
      </SimpleGrid>
    </>
  );
}
