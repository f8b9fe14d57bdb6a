import { Text } from "@mantine/core";
import { formatMetric } from "@/lib/format";
import { axesOf, judged, type PlottedDimension, type PlottedTrial } from "./plots";

const SIZE = { height: 260, left: 70, right: 90, top: 40, bottom: 14 };
const AXIS_PX = 120; // least room between two axes
const SPREAD = 0.08;
const LOW: Colour = [173, 181, 189];
const HIGH: Colour = [38, 143, 165];
const BEST = "#e8590c";

type Colour = readonly [red: number, green: number, blue: number];

/** From grey for the worst to the product's colour for the best. Pure. */
function shade(share: number): string {
  const [red, green, blue] = LOW.map((from, place) =>
    Math.round(from + ((HIGH[place] ?? from) - from) * share),
  );
  return `rgb(${red}, ${green}, ${blue})`;
}

/** A line for each trial through the values it tried to what it reached; the best one stands out. */
export function ParallelPlot(props: {
  trials: readonly PlottedTrial[];
  dimensions: readonly PlottedDimension[];
  objective: string;
}) {
  const trials = judged(props.trials).sort((one, other) => one.value - other.value); // the best on top
  const axes = axesOf(props.dimensions, "Result", trials);
  const width = Math.max(520, SIZE.left + SIZE.right + (axes.length - 1) * AXIS_PX);
  const toX = (index: number) => SIZE.left + (index / (axes.length - 1)) * (width - SIZE.left - SIZE.right);
  const toY = (at: number) => SIZE.height - SIZE.bottom - at * (SIZE.height - SIZE.top - SIZE.bottom);
  const best = trials.findLast(({ state }) => state === "finished");
  return (
    <figure style={{ margin: 0, maxWidth: width * 1.3 }} data-plot="parallel">
      <Text component="figcaption" size="sm" fw={600} mb={4}>
        What was tried, and what it gave
      </Text>
      <div style={{ overflowX: "auto" }}>
        <svg
          className="chart"
          style={{ minWidth: width > 520 ? width * 0.8 : undefined }}
          viewBox={`0 0 ${width} ${SIZE.height}`}
          role="img"
          aria-label={`Settings of ${trials.length} trials and their ${props.objective}`}
        >
          {trials.map((trial, rank) => {
            const share = rank / Math.max(trials.length - 1, 1);
            // Side by side where all would meet in one point: the better, the higher.
            const places = axes.map(({ place, isChoice }) => {
              const at = place(trial);
              return at === null ? null : at + (isChoice ? SPREAD * (share - 0.5) : 0);
            });
            const points = places.flatMap((at, index) => (at === null ? [] : [`${toX(index)},${toY(at)}`]));
            return (
              <polyline
                key={trial.number}
                data-trial={trial.number}
                points={points.join(" ")}
                fill="none"
                stroke={trial === best ? BEST : shade(share)}
                strokeWidth={trial === best ? 3 : 1.5}
                strokeDasharray={trial.state === "stopped_early" ? "4 4" : ""}
              >
                <title>{`Trial ${trial.number}: ${formatMetric(trial.value)}`}</title>
              </polyline>
            );
          })}
          {axes.map(({ title, marks }, index) => (
            <g key={title}>
              <line className="grid" x1={toX(index)} x2={toX(index)} y1={toY(0)} y2={toY(1)} />
              <AxisTitle text={title} x={toX(index)} />
              {marks.map(({ text, at }) => (
                <text
                  key={text}
                  className="mark"
                  x={toX(index) + 6}
                  y={toY(at) + (at > 0.9 ? 10 : at < 0.1 ? -2 : 4)}
                >
                  {text}
                </text>
              ))}
            </g>
          ))}
        </svg>
      </div>
      <Text size="xs" c="dimmed" ta="center">
        each line is a trial: the stronger its colour, the better; the thick one is the best, dashed ones were
        stopped early
      </Text>
    </figure>
  );
}

/** In two lines where it is long. */
function AxisTitle({ text, x }: { text: string; x: number }) {
  const words = text.split(" ");
  const half = Math.ceil(words.length / 2);
  const lines = text.length > 16 ? [words.slice(0, half).join(" "), words.slice(half).join(" ")] : [text];
  return (
    <text x={x} y={lines.length > 1 ? 12 : 26} textAnchor="middle" fontWeight={600}>
      {lines.map((line, index) => (
        <tspan key={line} x={x} dy={index ? 14 : 0}>
          {line}
        </tspan>
      ))}
    </text>
  );
}
