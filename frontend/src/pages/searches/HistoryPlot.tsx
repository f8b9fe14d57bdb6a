import { Group, Text } from "@mantine/core";
import { ticks } from "@/components/LineChart";
import { formatMetric, humanize } from "@/lib/format";
import { bestSoFar, judged, spanOf, type PlottedTrial } from "./plots";

const SIZE = { width: 520, height: 240, left: 48, right: 12, top: 12, bottom: 26 };
const TRIAL = "#268fa5";
const BEST = "#e8590c";

/** A point for each trial, hollow where it was stopped early, and the best value so far as steps. */
export function HistoryPlot(props: { trials: readonly PlottedTrial[]; objective: string; last: number }) {
  const points = judged(props.trials);
  const best = bestSoFar(props.trials);
  const [low, high] = spanOf(points.map(({ value }) => value));
  const last = Math.max(props.last, 2);
  const toX = (number: number) =>
    SIZE.left + ((number - 1) / (last - 1)) * (SIZE.width - SIZE.left - SIZE.right);
  const toY = (value: number) =>
    SIZE.height - SIZE.bottom - ((value - low) / (high - low)) * (SIZE.height - SIZE.top - SIZE.bottom);
  const steps = best.flatMap(([number, value], index) => {
    const before = best[index - 1];
    return [...(before ? [`${toX(number)},${toY(before[1])}`] : []), `${toX(number)},${toY(value)}`];
  });
  return (
    <figure style={{ margin: 0, maxWidth: 720 }} data-plot="history">
      <Text component="figcaption" size="sm" fw={600} mb={4}>
        Trial by trial
      </Text>
      <svg
        className="chart"
        viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
        role="img"
        aria-label={`${props.objective} of ${points.length} trials and the best so far`}
      >
        {ticks(low, high).map((value) => (
          <g key={value}>
            <line
              className="grid"
              x1={SIZE.left}
              x2={SIZE.width - SIZE.right}
              y1={toY(value)}
              y2={toY(value)}
            />
            <text x={SIZE.left - 6} y={toY(value) + 4} textAnchor="end">
              {formatMetric(value)}
            </text>
          </g>
        ))}
        {ticks(1, last, 6)
          .filter((number) => Number.isInteger(number))
          .map((number) => (
            <text key={number} x={toX(number)} y={SIZE.height - 8} textAnchor="middle">
              {number}
            </text>
          ))}
        <polyline points={steps.join(" ")} fill="none" stroke={BEST} strokeWidth={2} />
        {points.map(({ number, state, value }) => (
          <circle
            key={number}
            data-trial={number}
            cx={toX(number)}
            cy={toY(value)}
            r={4}
            stroke={TRIAL}
            strokeWidth={1.5}
            fill={state === "stopped_early" ? "var(--mantine-color-body)" : TRIAL}
          >
            <title>{`Trial ${number}, ${humanize(state).toLowerCase()}: ${formatMetric(value)}`}</title>
          </circle>
        ))}
      </svg>
      <Text size="xs" c="dimmed" ta="center">
        trial, upwards: {props.objective}
      </Text>
      <Group gap="md" mt={4}>
        <Legend text="a trial">
          <circle cx={11} cy={5} r={4} fill={TRIAL} />
        </Legend>
        <Legend text="stopped early">
          <circle cx={11} cy={5} r={3.5} fill="none" stroke={TRIAL} strokeWidth={1.5} />
        </Legend>
        <Legend text="best so far">
          <line x1={0} x2={22} y1={5} y2={5} stroke={BEST} strokeWidth={2} />
        </Legend>
      </Group>
    </figure>
  );
}

function Legend({ text, children }: { text: string; children: React.ReactNode }) {
  return (
    <Group gap={6} wrap="nowrap">
      <svg width={22} height={10} aria-hidden>
        {children}
      </svg>
      <Text size="xs" c="dimmed">
        {text}
      </Text>
    </Group>
  );
}
