/** A card's curves as series of a chart: reliability of a classifier, lesions found by a segmenter. Pure. */
import type { Series } from "@/components/LineChart";
import { formatMetric } from "@/lib/format";
import { isRecord, scoreOf, type Score } from "./metrics";

type Facts = Readonly<Record<string, unknown>>;

const recordOf = (value: unknown): Facts => (isRecord(value) ? value : {});
const listOf = (value: unknown): readonly Facts[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const FOLDS = ["test", "elsewhere", "validation"];

/** The first fold that was scored, test images where there are any. */
function scoredFold(metrics: Facts): Facts {
  return FOLDS.map((fold) => recordOf(metrics[fold])).find((part) => Object.keys(part).length > 0) ?? {};
}

export interface ReliabilityBin {
  readonly images: number;
  /** Mean of what was said, 0 to 1. */
  readonly probability: number;
  /** Share that has it. */
  readonly observed: number;
}

export interface Reliability {
  readonly of: string;
  readonly ece: Score | null;
  readonly brier: Score | null;
  readonly bins: readonly ReliabilityBin[];
}

/** How often DR was there against how likely it was called; one for each thing the classifier says. */
export function reliabilityOf(metrics: Facts): readonly Reliability[] {
  const fold = scoredFold(metrics);
  return [
    { of: "DR", part: recordOf(fold["reliability"]) },
    { of: "referable DR", part: recordOf(recordOf(fold["referable"])["reliability"]) },
  ].flatMap(({ of, part }): Reliability[] => {
    const bins = listOf(part["bins"]).flatMap(({ images, probability, observed }): ReliabilityBin[] =>
      typeof images === "number" && typeof probability === "number" && typeof observed === "number"
        ? [{ images, probability, observed }]
        : [],
    );
    if (bins.length === 0) return [];
    return [{ of, ece: scoreOf(part["ece"]), brier: scoreOf(part["brier"]), bins }];
  });
}

export interface Froc {
  readonly rule: string;
  readonly mostFalse: number;
  readonly series: readonly Series[];
  /** One sentence for each class: what the card's threshold gives. */
  readonly sentences: readonly string[];
}

const MOST_FALSE = 30; // false alarms an image beyond which nobody would read on

/** The share of labelled lesions found against false alarms per image, a line for each class. */
export function frocOf(metrics: Facts, nameOf: (code: string) => string): Froc | null {
  const froc = recordOf(scoredFold(metrics)["froc"]);
  const classes = Object.entries(recordOf(froc["classes"])).filter(
    (entry): entry is [string, Facts] => isRecord(entry[1]) && Number(entry[1]["lesions"]) > 0,
  );
  const series = classes.map(([code, part]) => ({
    name: nameOf(code),
    values: bestPoints(
      listOf(part["points"]).flatMap(({ sensitivity, false_per_image: false_ }): [number, number][] =>
        typeof sensitivity === "number" && typeof false_ === "number" && false_ <= MOST_FALSE
          ? [[false_, sensitivity]]
          : [],
      ),
    ),
  }));
  const farthest = Math.max(0, ...series.flatMap(({ values }) => values.map(([x]) => x)));
  if (series.every(({ values }) => values.length === 0)) return null;
  return {
    rule: typeof froc["rule"] === "string" ? froc["rule"] : "",
    mostFalse: Math.max(farthest, 1),
    series: series.filter(({ values }) => values.length > 0),
    sentences: classes.map(([code, part]) => {
      const here = recordOf(part["at_threshold"]);
      return `${nameOf(code)}: finds ${told(here["sensitivity"])} of ${String(part["lesions"])} lesions with ${told(here["false_per_image"])} false alarms an image.`;
    }),
  };
}

/** Points that find more than any with fewer false alarms: low thresholds melt lesions into blots. */
export function bestPoints(points: readonly [number, number][]): [number, number][] {
  const ordered = [...points].sort(([x, y], [otherX, otherY]) => x - otherX || otherY - y);
  let best = -1;
  return ordered.filter(([, y]) => {
    const better = y > best;
    best = Math.max(best, y);
    return better;
  });
}

function told(value: unknown): string {
  const score = scoreOf(value);
  if (score?.value == null) return "–";
  const range = score.low === null ? "" : ` (${formatMetric(score.low)} to ${formatMetric(score.high)})`;
  return `${formatMetric(score.value)}${range}`;
}
