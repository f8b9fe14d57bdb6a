import { SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useSessionUser } from "@/app/session";
import { LineChart } from "@/components/LineChart";
import { formatMetric } from "@/lib/format";
import { frocOf, reliabilityOf } from "./curves";
import type { Score } from "./metrics";

const shown = (score: Score | null): string =>
  score?.value == null
    ? "–"
    : `${formatMetric(score.value)} (${formatMetric(score.low)} to ${formatMetric(score.high)})`;

/** Whether a classifier's probabilities come true; lesions found against false alarms of a segmenter. */
export function CardCurves({ metrics }: { metrics: Readonly<Record<string, unknown>> }) {
  const { project } = useSessionUser();
  const nameOf = (code: string) => project?.lesion_classes.find((one) => one.code === code)?.name ?? code;
  const reliability = reliabilityOf(metrics);
  const froc = frocOf(metrics, nameOf);
  return (
    <>
      {reliability.length > 0 && (
        <section className="card">
          <Title order={2} mb="xs">
            Do its probabilities come true?
          </Title>
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            {reliability.map(({ of, ece, brier, series }) => (
              <Stack key={of} gap={4}>
                <LineChart
                  title={`How often ${of} was there`}
                  series={series}
                  xFirst={0}
                  xLast={1}
                  yLast={1}
                  xTitle={`probability of ${of}, calibrated`}
                  yTitle="share of images that have it"
                  showLast={false}
                />
                <Text size="xs" c="dimmed">
                  Mean distance from the diagonal (ECE) {shown(ece)}; Brier score {shown(brier)}; lower is
                  better.
                </Text>
              </Stack>
            ))}
          </SimpleGrid>
        </section>
      )}
      {froc && (
        <section className="card">
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
        </section>
      )}
    </>
  );
}
