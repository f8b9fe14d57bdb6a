import { Box, Group, NativeSelect, SegmentedControl, Stack, Table, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useAgreementTrend, type ReaderPair, type TrendChoice, type TrendPoint } from "@/api/work";
import { useSessionUser } from "@/app/session";
import { LineChart } from "@/components/LineChart";
import { QueryView } from "@/components/states";
import { formatMetric } from "@/lib/format";
import { kappaInWords } from "./kappa";
import { periodName, periodNumber, trendSeries, type Period } from "./trend";

const ALL_PAIRS = "between";
const ALL_REPEATS = "within";

/** Whose readings: everybody's, one pair's, or one person's hidden repeats. */
function choicesOf(pairs: readonly ReaderPair[]): { value: string; label: string }[] {
  const named = pairs.map((pair) => ({
    value: `${pair.pair_kind}-${pair.first}-${pair.second}`,
    label:
      pair.pair_kind === "within" ? `${pair.first_name}, twice` : `${pair.first_name} · ${pair.second_name}`,
  }));
  const has = (kind: string) => pairs.some(({ pair_kind: one }) => one === kind);
  return [
    ...(has("between") ? [{ value: ALL_PAIRS, label: "All pairs of readers" }] : []),
    ...(has("within") ? [{ value: ALL_REPEATS, label: "All readers with themselves" }] : []),
    ...named,
  ];
}

function chosen(value: string): Pick<TrendChoice, "pair_kind" | "readers"> {
  const [kind, first, second] = value.split("-");
  const readers = first && second ? ([Number(first), Number(second)] as const) : ([] as const);
  return { pair_kind: kind === "within" ? "within" : "between", readers };
}

export function AgreementOverTime({ pairs, pending }: { pairs: readonly ReaderPair[]; pending: number }) {
  const { project } = useSessionUser();
  const choices = choicesOf(pairs);
  const [who, setWho] = useState(choices[0]?.value ?? ALL_PAIRS);
  const [period, setPeriod] = useState<Period>("month");
  const trend = useAgreementTrend(project?.id, { period, ...chosen(who) }, pending);
  return (
    <section className="card" aria-label="Agreement over time">
      <Group justify="space-between" align="flex-end" mb="sm">
        <Title order={2} size="h4">
          Over time
        </Title>
        <Group gap="sm" align="flex-end">
          <NativeSelect
            aria-label="Whose readings"
            w={260}
            value={who}
            onChange={(event) => setWho(event.currentTarget.value)}
            data={choices}
          />
          <SegmentedControl
            aria-label="Taken together by"
            value={period}
            onChange={(next) => setPeriod(next as Period)}
            data={[
              { value: "month", label: "Month" },
              { value: "week", label: "Week" },
            ]}
          />
        </Group>
      </Group>
      <QueryView query={trend}>{({ points }) => <Trend points={points} period={period} />}</QueryView>
    </section>
  );
}

function Trend({ points, period }: { points: readonly TrendPoint[]; period: Period }) {
  const numbers = points.map(({ begins }) => periodNumber(begins, period));
  const first = Math.min(...numbers);
  const last = Math.max(...numbers);
  const names = new Map(
    points.map(({ begins }) => [periodNumber(begins, period), periodName(begins, period)]),
  );
  const series = trendSeries(points, period);
  return (
    <Stack>
      {points.length > 1 && series.length > 0 && (
        <Box maw={640}>
          <LineChart
            title="Agreement by the time of the later reading"
            series={series}
            xFirst={first}
            xLast={last}
            xTitle={period === "month" ? "month" : "week, by its Monday"}
            xTicks={fewer(numbers)}
            formatX={(x) => names.get(x) ?? ""}
            yLast={1}
          />
        </Box>
      )}
      <Table.ScrollContainer minWidth={620}>
        <Table verticalSpacing={4} aria-label="Agreement by period">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{period === "month" ? "Month" : "Week of"}</Table.Th>
              <Table.Th ta="right">Images</Table.Th>
              <Table.Th ta="right">Kappa, DR or not</Table.Th>
              <Table.Th ta="right">Kappa, grade</Table.Th>
              <Table.Th ta="right">Weighted kappa, grade</Table.Th>
              <Table.Th ta="right">Lesions alike (F1)</Table.Th>
              <Table.Th ta="right">Dice</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {points.toReversed().map(({ begins, figures }) => (
              <Table.Tr key={begins}>
                <Table.Td>{periodName(begins, period)}</Table.Td>
                <Table.Td ta="right">{figures.images}</Table.Td>
                <Table.Td ta="right">{kappaInWords(figures.dr_kappa, figures.dr_images)}</Table.Td>
                <Table.Td ta="right">{kappaInWords(figures.grade_kappa, figures.grade_images)}</Table.Td>
                <Table.Td ta="right">
                  {kappaInWords(figures.grade_weighted_kappa, figures.grade_images)}
                </Table.Td>
                <Table.Td ta="right">{formatMetric(figures.mean_f1)}</Table.Td>
                <Table.Td ta="right">{formatMetric(figures.mean_dice)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="sm" c="dimmed">
        A pair of readings counts where the later one was handed in. F1 and Dice: the mean of the lesion
        classes, over the images.
      </Text>
    </Stack>
  );
}

const MOST_TICKS = 6;

/** At most six of them, the first and the last among them. */
function fewer(numbers: readonly number[]): number[] {
  const step = Math.max(1, Math.ceil((numbers.length - 1) / (MOST_TICKS - 1)));
  return numbers.filter((_, index) => (numbers.length - 1 - index) % step === 0);
}
