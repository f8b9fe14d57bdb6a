import { Group, Text } from "@mantine/core";
import { formatPercent, plural } from "@/lib/format";
import type { ReliabilityBin } from "./curves";

const SIDE = 300;
const LEFT = 46;
const BOTTOM = 44;
const TOP = 14;
const RIGHT = 24;
const MOST_RADIUS = 11;
const LEAST_RADIUS = 3;
const QUARTERS = [0, 0.25, 0.5, 0.75, 1];

const toX = (share: number) => LEFT + share * (SIDE - LEFT - RIGHT);
const toY = (share: number) => SIDE - BOTTOM - share * (SIDE - BOTTOM - TOP);

/** How often it was there (upwards) against how probable it was called; a dot's area tells how many images. */
export function ReliabilityPlot({ of, bins }: { of: string; bins: readonly ReliabilityBin[] }) {
  const most = Math.max(...bins.map(({ images }) => images));
  const radius = (images: number) => Math.max(LEAST_RADIUS, MOST_RADIUS * Math.sqrt(images / most));
  const title = `How often ${of} was there`;
  return (
    <figure style={{ margin: 0 }}>
      <Text component="figcaption" size="sm" fw={600} mb={4}>
        {title}
      </Text>
      <svg
        className="chart"
        viewBox={`0 0 ${String(SIDE)} ${String(SIDE)}`}
        style={{ maxWidth: 360 }}
        role="img"
        aria-label={title}
      >
        {QUARTERS.map((share) => (
          <g key={share}>
            <line className="grid" x1={toX(0)} x2={toX(1)} y1={toY(share)} y2={toY(share)} />
            <line className="grid" x1={toX(share)} x2={toX(share)} y1={toY(0)} y2={toY(1)} />
            <text x={LEFT - 6} y={toY(share) + 4} textAnchor="end">
              {formatPercent(share)}
            </text>
            <text x={toX(share)} y={SIDE - BOTTOM + 16} textAnchor="middle">
              {formatPercent(share)}
            </text>
          </g>
        ))}
        <line x1={toX(0)} y1={toY(0)} x2={toX(1)} y2={toY(1)} stroke="#868e96" strokeDasharray="6 4" />
        <polyline
          points={bins.map(({ probability, observed }) => `${toX(probability)},${toY(observed)}`).join(" ")}
          stroke="#268fa5"
          strokeWidth={1.5}
          fill="none"
        />
        {bins.map(({ probability, observed, images }) => (
          <circle
            key={probability}
            cx={toX(probability)}
            cy={toY(observed)}
            r={radius(images)}
            fill="#268fa5"
            fillOpacity={0.75}
          >
            <title>
              {`${plural(images, "image")} called ${formatPercent(probability)} probable: ${formatPercent(observed)} have it`}
            </title>
          </circle>
        ))}
        <text x={toX(0.5)} y={SIDE - 6} textAnchor="middle">
          probability of {of}, as the model says it
        </text>
      </svg>
      <Group gap="md">
        <Text size="xs" c="dimmed">
          Upwards: share of the images that have it. A larger dot stands for more images; on the dashed line
          probabilities come true.
        </Text>
      </Group>
    </figure>
  );
}
