/** Agreement over time as lines over the months or weeks. Pure. */
import type { PairFigures, TrendPoint } from "@/api/work";
import type { Series } from "@/components/LineChart";
import { ENOUGH_FOR_KAPPA } from "./kappa";

export type Period = "month" | "week";
const DAY_MS = 24 * 3600 * 1000;

/** Months or weeks since a fixed day, so that periods without readings leave a gap. */
export function periodNumber(begins: string, period: Period): number {
  const [year = 0, month = 1, day = 1] = begins.split("-").map(Number);
  if (period === "month") return 12 * year + month - 1;
  return Math.floor(Date.UTC(year, month - 1, day) / (7 * DAY_MS));
}

/** "Mar 2026", or a week's first day: "30 Mar 2026". */
export function periodName(begins: string, period: Period): string {
  const [year = 0, month = 1, day = 1] = begins.split("-").map(Number);
  const options: Intl.DateTimeFormatOptions = { month: "short", year: "numeric", timeZone: "UTC" };
  if (period === "week") options.day = "numeric";
  return new Date(Date.UTC(year, month - 1, day)).toLocaleDateString("en-GB", options);
}

const enough = (kappa: number | null, images: number) => (images < ENOUGH_FOR_KAPPA ? null : kappa);

const LINES: readonly { readonly name: string; readonly of: (figures: PairFigures) => number | null }[] = [
  { name: "Kappa, DR or not", of: (one) => enough(one.dr_kappa, one.dr_images) },
  { name: "Kappa, grade", of: (one) => enough(one.grade_kappa, one.grade_images) },
  { name: "Weighted kappa, grade", of: (one) => enough(one.grade_weighted_kappa, one.grade_images) },
  { name: "Lesions alike (F1)", of: (one) => one.mean_f1 },
  { name: "Dice", of: (one) => one.mean_dice },
];

/** A line per figure; one that is nowhere defined is left out. */
export function trendSeries(points: readonly TrendPoint[], period: Period): Series[] {
  return LINES.flatMap(({ name, of }) => {
    const values = points.flatMap(({ begins, figures }): [number, number][] => {
      const value = of(figures);
      return value === null ? [] : [[periodNumber(begins, period), value]];
    });
    return values.length > 0 ? [{ name, values }] : [];
  });
}
