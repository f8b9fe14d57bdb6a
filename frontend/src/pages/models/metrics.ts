/** A model's metrics as tables: one per fold, test images first. Pure. */

export interface Score {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface ScoreRow {
  /** A lesion class, a score or "mean": what `title` is made from. */
  readonly key: string;
  readonly scores: readonly (Score | null)[];
}

export interface FoldScores {
  readonly fold: string;
  readonly images: number | null;
  /** Of a classifier: what is scored, and how many of the images show it. */
  readonly of: "DR" | "referable DR" | null;
  readonly positives: number | null;
  readonly kind: "classes" | "scores";
  readonly columns: readonly string[];
  readonly rows: readonly ScoreRow[];
  /** Of a classifier: the AUC that colour, brightness and file size alone reach, and how far it is above. */
  readonly baseline: { readonly auc: Score; readonly more: Score } | null;
  /** Of a segmenter on other data: by lesion class the AUPR that plain brightness reaches, likewise. */
  readonly plain: readonly { readonly key: string; readonly aupr: Score; readonly more: Score }[];
}

const FOLDS = ["test", "elsewhere", "validation", "train"];
const SEGMENTER_SCORES = ["dice", "dice_per_image", "iou", "aupr", "recall", "precision", "accuracy"];
const CLASSIFIER_SCORES = ["auc", "recall", "specificity", "precision", "f1", "accuracy"];
const CUTS = ["at_threshold", "at_half"];

type Json = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const recordOf = (value: unknown): Json => (isRecord(value) ? value : {});
const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);

export function scoreOf(part: unknown): Score | null {
  if (typeof part === "number") return { value: part, low: null, high: null };
  if (!isRecord(part)) return null;
  return { value: numberOf(part["value"]), low: numberOf(part["low"]), high: numberOf(part["high"]) };
}

export function foldScores(metrics: Json | null | undefined): FoldScores[] {
  return FOLDS.flatMap((fold): FoldScores[] => {
    const part = recordOf(metrics?.[fold]);
    const found = isRecord(part["classes"])
      ? [segmenterScores(fold, part)]
      : [
          classifierScores(fold, "DR", part),
          classifierScores(fold, "referable DR", recordOf(part["referable"])),
        ];
    return found.filter(({ rows }) => rows.length > 0);
  });
}

function segmenterScores(fold: string, part: Json): FoldScores {
  const classes = Object.entries(recordOf(part["classes"]));
  const all = classes.length > 1 && isRecord(part["mean"]) ? [...classes, ["mean", part["mean"]]] : classes;
  const columns = SEGMENTER_SCORES.filter((name) =>
    classes.some(([, scores]) => scoreOf(recordOf(scores)[name]) !== null),
  );
  const counts = Object.values(recordOf(part["images"])).flatMap((count) => numberOf(count) ?? []);
  return {
    fold,
    images: counts.length > 0 ? Math.max(...counts) : null,
    of: null,
    positives: null,
    baseline: null,
    plain: classes.flatMap(([key]) => {
      const aupr = scoreOf(recordOf(part["baseline"])[key]);
      const more = scoreOf(recordOf(part["over_baseline"])[key]);
      return aupr?.value != null && more ? [{ key, aupr, more }] : [];
    }),
    kind: "classes",
    columns,
    rows: all.map(([key, scores]) => ({
      key: String(key),
      scores: columns.map((name) => scoreOf(recordOf(scores)[name])),
    })),
  };
}

function classifierScores(fold: string, of: "DR" | "referable DR", part: Json): FoldScores {
  const auc = scoreOf(recordOf(part["baseline"])["auc"]);
  const more = scoreOf(recordOf(part["over_baseline"])["auc"]);
  const columns = CUTS.filter((cut) => isRecord(part[cut]));
  const rows = CLASSIFIER_SCORES.map((key) => ({
    key,
    scores: columns.map((cut) => scoreOf(recordOf(part[cut])[key])),
  }));
  return {
    fold,
    images: numberOf(part["images"]),
    of,
    positives: numberOf(part["positives"]) ?? numberOf(part["dr"]),
    kind: "scores",
    columns,
    baseline: auc && more ? { auc, more } : null,
    plain: [],
    rows: rows.filter(({ scores }) => scores.some((score) => score !== null)),
  };
}

const TITLES: Readonly<Record<string, string>> = {
  REF: "Referable DR",
  accuracy: "Accuracy",
  at_half: "Uncalibrated, from 50 %",
  at_threshold: "At the model’s threshold",
  auc: "AUC",
  aupr: "AUPR",
  dice: "Dice",
  dice_per_image: "Dice per image",
  elsewhere: "Images from elsewhere",
  f1: "F1",
  iou: "IoU",
  mean: "Mean of classes",
  precision: "Precision",
  recall: "Recall",
  sensitivity: "Sensitivity",
  specificity: "Specificity",
  test: "Test images",
  train: "Training images",
  validation: "Validation images",
};

export const scoreTitle = (name: string): string => TITLES[name] ?? name;
