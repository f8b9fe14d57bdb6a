import { SimpleGrid, Text } from "@mantine/core";
import type { FindingFigures, Share, WatchedModelDetail } from "@/api/watch";
import { useLesionName } from "@/app/useLesionName";
import { LineChart, type Series } from "@/components/LineChart";
import { formatPercent } from "@/lib/format";
import { dayTitle, timeOf, weeksBetween } from "./words";

const FEWEST = 5; // findings of a class in a week, for a point of its line

interface Point {
  readonly week: string;
  readonly share: Share;
}

/** A line of weekly shares with their intervals; weeks without any are left out. */
function lineOf(name: string, points: readonly Point[], withIntervals = true): Series {
  const told = points.filter(({ share }) => share.value !== null);
  const values = told.map(({ week, share }) => [timeOf(week), share.value ?? 0] as const);
  const intervals = told.map(({ week, share }) => [timeOf(week), share.low ?? 0, share.high ?? 0] as const);
  return withIntervals ? { name, values, intervals } : { name, values };
}

/** Shares week by week: what was decided otherwise, and agreement or findings kept. */
export function ReviewPlots({ model, weeks }: { model: WatchedModelDetail; weeks: number }) {
  const lesionName = useLesionName();
  if (model.weeks.length < 2) return null; // the table says it better
  const times = weeksBetween(model.since, weeks);
  const shared = {
    xFirst: times[0] ?? 0,
    xLast: times.at(-1) ?? 0,
    xTicks: times.filter((_, index) => index % Math.ceil(times.length / 6) === 0),
    formatX: dayTitle,
    formatY: formatPercent,
    xTitle: "week of the signature",
    yLast: 1,
    showLast: false,
  };
  const byClass = (share: (one: FindingFigures) => Share) =>
    model.classes.map(({ code }) =>
      lineOf(
        lesionName(code),
        model.class_weeks
          .filter((row) => row.code === code && share(row).of >= FEWEST)
          .map((row) => ({ week: row.week, share: share(row) })),
        false,
      ),
    );
  const overrides = model.weeks.map(({ week, decisions }) => ({ week, share: decisions.overrides }));
  const agreement = model.weeks.map(({ week, decisions }) => ({ week, share: decisions.agreement }));
  return (
    <section className="card" aria-label="Week by week">
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <LineChart
          {...shared}
          title="Images decided otherwise"
          series={[lineOf("share, with its 95 % interval", overrides)]}
          limits={[{ name: "limit", y: model.limits.overrides }]}
        />
        {model.task === "classifier" ? (
          <LineChart
            {...shared}
            title="DR or no DR as signed"
            series={[lineOf("share, with its 95 % interval", agreement)]}
          />
        ) : (
          <>
            <LineChart {...shared} title="Findings not rejected" series={byClass((one) => one.kept)} />
            <LineChart {...shared} title="Missed lesions" series={byClass((one) => one.overlooked)} />
          </>
        )}
      </SimpleGrid>
      {model.task === "segmenter" && (
        <Text size="xs" c="dimmed" mt="sm">
          Of a lesion, weeks with fewer than {FEWEST} findings are left out of the plots; the table has their
          sum.
        </Text>
      )}
    </section>
  );
}
