/** A comparison of two models in words and rows. Pure. */
import type { Comparison } from "@/api/types";
import { formatMetric, formatPercent } from "@/lib/format";
import { isRecord, scoreOf, scoreTitle, type Score } from "./metrics";

type Facts = Readonly<Record<string, unknown>>;

export interface ComparedScore {
  readonly title: string;
  /** The score that decides. */
  readonly main: boolean;
  readonly candidate: Score | null;
  readonly champion: Score | null;
  readonly difference: Score | null;
}

const VERDICTS: Readonly<Record<string, string>> = {
  better: "Better than the champion.",
  non_inferior: "Not worse than the champion.",
  not_shown: "Not shown to be as good as the champion.",
};

export function verdictSentence({ verdict, metric, paired }: Comparison): string {
  const difference = scoreOf(paired["difference"]);
  const told = VERDICTS[verdict] ?? "";
  if (difference?.value == null || difference.low == null) return told;
  const sign = difference.value > 0 ? "+" : "";
  return `${told} ${scoreTitle(metric)} differs by ${sign}${formatMetric(difference.value)} (95 % interval ${formatMetric(difference.low)} to ${formatMetric(difference.high)}).`;
}

/** At each classifier's own threshold. */
const BESIDE: Readonly<Record<string, string>> = {
  recall: "Sensitivity",
  specificity: "Specificity",
  precision: "Precision",
};

export function comparedScores(
  comparison: Comparison,
  nameOf: (code: string) => string,
): readonly ComparedScore[] {
  const { paired, details, metric } = comparison;
  const side = (name: string): Facts => {
    const part = details[name];
    return isRecord(part) ? part : {};
  };
  const main: ComparedScore = {
    title: metric === "aupr" ? "AUPR, mean of classes" : scoreTitle(metric),
    main: true,
    candidate: scoreOf(paired["candidate"]),
    champion: scoreOf(paired["champion"]),
    difference: scoreOf(paired["difference"]),
  };
  const [candidate, champion] = [side("candidate"), side("champion")];
  if (metric === "auc") {
    const others = Object.entries(BESIDE).map(([name, title]) => ({
      title: `${title} at its own threshold`,
      main: false,
      candidate: scoreOf(candidate[name]),
      champion: scoreOf(champion[name]),
      difference: null,
    }));
    return [main, ...others];
  }
  const classesOf = (part: Facts): Facts => (isRecord(part["classes"]) ? part["classes"] : {});
  const rows = Object.keys(classesOf(candidate)).flatMap((code) =>
    ["aupr", "dice"].map((score) => ({
      title: `${scoreTitle(score)}, ${nameOf(code).toLowerCase()}`,
      main: false,
      candidate: partOf(classesOf(candidate)[code], score),
      champion: partOf(classesOf(champion)[code], score),
      difference: score === "aupr" ? scoreOf(side("difference")[code]) : null,
    })),
  );
  return [main, ...rows];
}

const partOf = (part: unknown, name: string): Score | null => (isRecord(part) ? scoreOf(part[name]) : null);

/** "DR", "no DR", or the lesions that the labels show. */
export function truthOf(truth: Facts, nameOf: (code: string) => string): string {
  if (typeof truth["dr"] === "boolean") return truth["dr"] ? "DR" : "no DR";
  const shown = Object.entries(truth).filter(([, there]) => there === true);
  return shown.length > 0 ? shown.map(([code]) => nameOf(code)).join(", ") : "no lesion";
}

/** "DR, 88 %", or how well each class's lesions fit the labels of an image. */
export function saidOf(said: Facts, truth: Facts, nameOf: (code: string) => string): string {
  if (typeof said["dr"] === "boolean") {
    const probability = typeof said["probability"] === "number" ? said["probability"] : null;
    return `${said["dr"] ? "DR" : "no DR"}, ${formatPercent(probability)}`;
  }
  const dice = isRecord(said["dice"]) ? Object.entries(said["dice"]) : [];
  return dice.map(([code, value]) => `${nameOf(code)}: ${fit(value, truth[code] === true)}`).join("; ");
}

/** An overlap (Dice; null where nothing is labelled or called) in words. */
function fit(dice: unknown, labelled: boolean): string {
  if (dice === null) return "none, as labelled";
  if (dice === 0) return labelled ? "missed" : "false alarm";
  return `Dice ${formatMetric(dice)}`;
}
