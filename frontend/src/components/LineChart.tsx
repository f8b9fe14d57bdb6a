import { Group, Text } from "@mantine/core";
import { formatMetric } from "@/lib/format";

export interface Series {
  readonly name: string;
  readonly values: readonly (readonly [x: number, y: number])[];
  readonly color?: string;
  /** How far the values may be off: 95 % intervals, drawn as bars through the points. */
  readonly intervals?: readonly (readonly [x: number, low: number, high: number])[];
}

const SIZE = { width: 520, height: 220, left: 48, right: 12, top: 12, bottom: 26 };
const STROKES = ["#268fa5", "#e8590c", "#7048e8", "#2b8a3e", "#c2255c", "#868e96"];
const DASHES = ["", "6 4", "2 3", "8 3 2 3", "4 4", "1 2"];

/** Round numbers that cover low..high. Pure; at most `count` + 1 of them. */
export function ticks(low: number, high: number, count = 4): number[] {
  if (!(high > low)) return [low];
  const raw = (high - low) / count;
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * magnitude >= raw) ?? 10) * magnitude;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(6)),
  );
}

/** A line per series, over the epochs where nothing else is said; lines differ by dash as well as colour. */
export function LineChart(props: {
  title: string;
  series: readonly Series[];
  xLast: number;
  xFirst?: number;
  xTitle?: string;
  yLast?: number;
  yTitle?: string;
  /** Whether the last value of each line stands beside its name. */
  showLast?: boolean;
  /** A level not to be passed, drawn across. */
  limits?: readonly { readonly name: string; readonly y: number }[];
  /** Where numbers say little, as with dates. */
  xTicks?: readonly number[];
  formatX?: (x: number) => string;
  formatY?: (y: number) => string;
}) {
  const { xFirst = 1, xTitle = "epoch", yTitle, yLast = 1e-9, showLast = true } = props;
  const formatX = props.formatX ?? formatMetric;
  const formatY = props.formatY ?? formatMetric;
  const points = props.series.flatMap(({ values }) => values);
  if (points.length === 0) return null;
  const ends = props.series.flatMap(({ intervals = [] }) => intervals.map(([, , high]) => high));
  const ys = [...points.map(([, y]) => y), ...ends, ...(props.limits ?? []).map(({ y }) => y)];
  const [yLow, yHigh] = [Math.min(...ys, 0), Math.max(...ys, yLast)];
  const xHigh = xFirst === 1 ? Math.max(props.xLast, 2) : props.xLast;
  const toX = (x: number) =>
    SIZE.left + ((x - xFirst) / (xHigh - xFirst)) * (SIZE.width - SIZE.left - SIZE.right);
  const toY = (y: number) =>
    SIZE.height - SIZE.bottom - ((y - yLow) / (yHigh - yLow)) * (SIZE.height - SIZE.top - SIZE.bottom);
  const xTicks =
    props.xTicks ?? ticks(xFirst, xHigh, 6).filter((x) => xTitle !== "epoch" || Number.isInteger(x));
  const strokeOf = (index: number) => props.series[index]?.color ?? STROKES[index % STROKES.length] ?? "";
  return (
    <figure style={{ margin: 0 }}>
      <Text component="figcaption" size="sm" fw={600} mb={4}>
        {props.title}
      </Text>
      <svg className="chart" viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} role="img" aria-label={props.title}>
        {ticks(yLow, yHigh).map((y) => (
          <g key={y}>
            <line className="grid" x1={SIZE.left} x2={SIZE.width - SIZE.right} y1={toY(y)} y2={toY(y)} />
            <text x={SIZE.left - 6} y={toY(y) + 4} textAnchor="end">
              {formatY(y)}
            </text>
          </g>
        ))}
        {xTicks.map((x) => (
          <text
            key={x}
            x={toX(x)}
            y={SIZE.height - 8}
            textAnchor={props.formatX && x === xHigh ? "end" : "middle"}
          >
            {formatX(x)}
          </text>
        ))}
        {props.limits?.map(({ name, y }) => (
          <g key={name}>
            <line x1={SIZE.left} x2={SIZE.width - SIZE.right} y1={toY(y)} y2={toY(y)} stroke="#e03131" />
            <text x={SIZE.left + 4} y={toY(y) - 4}>
              {name}
            </text>
          </g>
        ))}
        {props.series.map(({ name, values, intervals = [] }, index) => (
          <g key={name} stroke={strokeOf(index)} fill="none" strokeWidth={2}>
            {intervals.map(([x, low, high]) => (
              <line key={x} x1={toX(x)} x2={toX(x)} y1={toY(low)} y2={toY(high)} strokeWidth={1} />
            ))}
            <polyline
              points={values.map(([x, y]) => `${toX(x)},${toY(y)}`).join(" ")}
              strokeDasharray={DASHES[index % DASHES.length]}
            />
            {values.map(([x, y]) => (
              <circle key={x} cx={toX(x)} cy={toY(y)} r={2.5} fill={strokeOf(index)} stroke="none">
                <title>{`${name}, ${xTitle} ${formatX(x)}: ${formatY(y)}`}</title>
              </circle>
            ))}
          </g>
        ))}
      </svg>
      <Text size="xs" c="dimmed" ta="center">
        {xTitle}
        {yTitle && `, upwards: ${yTitle}`}
      </Text>
      <Group gap="md" mt={4}>
        {props.series.map(({ name, values }, index) => (
          <Group key={name} gap={6} wrap="nowrap">
            <svg width={22} height={8} aria-hidden>
              <line
                x1={0}
                x2={22}
                y1={4}
                y2={4}
                stroke={strokeOf(index)}
                strokeWidth={2}
                strokeDasharray={DASHES[index % DASHES.length]}
              />
            </svg>
            <Text size="xs" c="dimmed">
              {name} {showLast && formatY(values.at(-1)?.[1] ?? Number.NaN)}
            </Text>
          </Group>
        ))}
      </Group>
    </figure>
  );
}
