/** The course of lesions as lines of a plot. Pure. */
import type { LesionClass } from "@/api/types";
import type { Series } from "@/components/LineChart";
import { formatDate } from "@/lib/format";

export interface EyeBurden {
  readonly exam: number;
  readonly date: string | null;
  readonly eye: string;
  readonly images: number;
  readonly area_fov_percent: Readonly<Record<string, number>>;
}

/** Why there is no line to draw: with no dated exam, or with one alone, at `only` (ms). */
export const noCourse = (only: number | undefined) =>
  only === undefined
    ? "No exam of this eye has a date, so there is no course to draw."
    : `Only one exam of this eye has a date (${formatDate(new Date(only).toISOString())}): a course needs two.`;

/** A line for each class that was looked for; exams without a date are left out. */
export function burdenSeries(rows: readonly EyeBurden[], classes: readonly LesionClass[]): Series[] {
  const dated = rows.flatMap(({ date, area_fov_percent: areas }) =>
    date === null ? [] : [{ time: Date.parse(date), areas }],
  );
  return classes.flatMap(({ code, name, color }): Series[] => {
    const values = dated.flatMap(({ time, areas }): [number, number][] => {
      const area = areas[code];
      return area === undefined ? [] : [[time, area]];
    });
    return values.length === 0 ? [] : [{ name, color, values }];
  });
}
