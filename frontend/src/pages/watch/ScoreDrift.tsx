import { Group, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import type { ScoreDetail, WatchedModelDetail } from "@/api/watch";
import { LineChart } from "@/components/LineChart";
import { formatMetric, formatPercent } from "@/lib/format";
import { ScoreStanding } from "./cells";
import { dayTitle, referenceSentence, scoreNote, timeOf, weeksBetween } from "./words";

function binTitle(score: ScoreDetail, { begins, ends }: ScoreDetail["bins"][number]): string {
  if (score.is_probability) return `${formatPercent(begins)} to ${formatPercent(ends)}`;
  if (begins === 0) return `none, or under ${formatMetric(ends)} %`;
  return ends === null
    ? `${formatMetric(begins)} % and more`
    : `${formatMetric(begins)} to ${formatMetric(ends)} %`;
}

/** Where the images lie now, beside where they lay in the reference. */
function Bins({ score }: { score: ScoreDetail }) {
  return (
    <Table aria-label={`${score.title}, spread`} verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{score.is_probability ? "Probability" : "Area, of the field of view"}</Table.Th>
          <Table.Th ta="right">Then</Table.Th>
          <Table.Th ta="right">Now</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {score.bins.map((bin) => (
          <Table.Tr key={bin.begins}>
            <Table.Td>{binTitle(score, bin)}</Table.Td>
            <Table.Td ta="right">{formatPercent(bin.reference)}</Table.Td>
            <Table.Td ta="right">{formatPercent(bin.seen)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function OneScore({ score, model, weeks }: { score: ScoreDetail; model: WatchedModelDetail; weeks: number }) {
  const times = weeksBetween(model.since, weeks);
  const note = scoreNote(score, model.limits);
  return (
    <Stack gap="xs">
      <Group gap="sm">
        <Title order={3} size="h5">
          {score.title}
        </Title>
        <ScoreStanding score={score} />
        {score.psi !== null && <Text size="sm">index {formatMetric(score.psi)}</Text>}
      </Group>
      <Text size="sm" c="dimmed">
        {score.images.toLocaleString("en-GB")} new images. {referenceSentence(score)} {note}
      </Text>
      {score.bins.length > 0 && <Bins score={score} />}
      {score.weeks.length > 1 && (
        <LineChart
          title="Index week by week"
          series={[
            { name: "index", values: score.weeks.map(({ week, psi }) => [timeOf(week), psi] as const) },
          ]}
          xFirst={times[0] ?? 0}
          xLast={times.at(-1) ?? 0}
          xTicks={times.filter((_, index) => index % Math.ceil(times.length / 6) === 0)}
          formatX={dayTitle}
          xTitle="week of the prediction"
          showLast={false}
          limits={[
            { name: "worth watching", y: model.limits.psi },
            { name: "drifts", y: model.limits.psi_drift },
          ]}
        />
      )}
    </Stack>
  );
}

/** Each score of a model against those of the images that it was judged on. */
export function ScoreDrift({ model, weeks }: { model: WatchedModelDetail; weeks: number }) {
  return (
    <section className="card" aria-label="Scores">
      <Title order={2} size="h4" mb="sm">
        Its scores, then and now
      </Title>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl" verticalSpacing="xl">
        {model.scores.map((score) => (
          <OneScore key={score.code} score={score} model={model} weeks={weeks} />
        ))}
      </SimpleGrid>
    </section>
  );
}
