/** What the plots of a search draw, from its trials and dimensions. Pure. */
import { settingTitle, settingValue } from "../training/settings";

export interface PlottedTrial {
  readonly number: number;
  readonly state: string;
  readonly value: number | null;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface PlottedDimension {
  readonly name: string;
  readonly values: readonly unknown[];
  readonly low: number | null;
  readonly high: number | null;
  readonly log: boolean;
}

/** The value of a setting; of a number that is not whole three digits that count. */
export function paramText(value: unknown): string {
  if (typeof value === "number")
    return String(Number.isInteger(value) ? value : Number(value.toPrecision(3)));
  return Array.isArray(value) ? value.map(paramText).join(", ") : settingValue(value);
}

const settingOf = (name: string): string => name.split(".")[0] ?? name;

/** `encoder_filters.2` is the second of "Filters going down". */
export function dimensionTitle(name: string): string {
  const place = name.split(".")[1];
  return place ? `${settingTitle(settingOf(name))}, ${place}` : settingTitle(name);
}

/** "0.001, 0.0001" or "0.0005 to 0.01". */
export function dimensionRange({ values, low, high }: PlottedDimension): string {
  return values.length ? values.map(paramText).join(", ") : `${paramText(low)} to ${paramText(high)}`;
}

/** The settings that a search varies, each once; the places of a list together. */
export function columnsOf(dimensions: readonly { readonly name: string }[]): string[] {
  return [...new Set(dimensions.map(({ name }) => settingOf(name)))];
}

/** What a trial tried of a setting, in words; a dash before it has begun. */
export function triedOf(params: Readonly<Record<string, unknown>>, setting: string): string {
  const values = Object.entries(params)
    .filter(([name]) => settingOf(name) === setting)
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([, value]) => paramText(value));
  return values.join(", ") || "–";
}

type Judged<T> = T & { readonly value: number };
const isJudged = <T extends PlottedTrial>(trial: T): trial is Judged<T> => trial.value !== null;
export const judged = <T extends PlottedTrial>(trials: readonly T[]): Judged<T>[] => trials.filter(isJudged);

/** The best value up to each trial that was trained to its end, in the order of their numbers. */
export function bestSoFar(trials: readonly PlottedTrial[]): [number: number, value: number][] {
  const finished = judged(trials)
    .filter(({ state }) => state === "finished")
    .sort((one, other) => one.number - other.number);
  let best = -Infinity;
  return finished.map(({ number, value }) => [number, (best = Math.max(best, value))]);
}

/** The range of the results, which lie between 0 and 1, with a little room; never empty. */
export function spanOf(values: readonly number[]): [low: number, high: number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low) * 0.08 || 0.05;
  return [Math.max(0, low - room), Math.min(1, high + room)];
}

export interface Axis {
  readonly title: string;
  /** What stands beside it, at 0 (bottom) to 1 (top). */
  readonly marks: readonly { readonly text: string; readonly at: number }[];
  /** Whether many trials meet in one point of it. */
  readonly isChoice: boolean;
  /** Where a trial crosses it, 0 to 1. */
  readonly place: (trial: PlottedTrial) => number | null;
}

/** One axis for each thing that the search varies, and the objective's as the last. */
export function axesOf(
  dimensions: readonly PlottedDimension[],
  objective: string,
  trials: readonly PlottedTrial[],
): Axis[] {
  const values = judged(trials).map(({ value }) => value);
  const [low, high] = spanOf(values.length ? values : [0, 1]);
  const outcome = numbersAxis(objective, low, high, false, ({ value }) => value);
  return [...dimensions.map(axisOf), outcome];
}

function axisOf(dimension: PlottedDimension): Axis {
  const { name, values, low, high, log } = dimension;
  const title = dimensionTitle(name);
  if (values.length === 0)
    return numbersAxis(title, low ?? 0, high ?? 1, log, ({ params }) => numberOrNull(params[name]));
  const sorted = values.every((value) => typeof value === "number")
    ? [...values].sort((one, other) => Number(one) - Number(other))
    : values;
  const at = (index: number) => (sorted.length > 1 ? index / (sorted.length - 1) : 0.5);
  return {
    title,
    isChoice: true,
    marks: sorted.map((value, index) => ({ text: paramText(value), at: at(index) })),
    place: ({ params }) => {
      const index = sorted.indexOf(params[name]);
      return index < 0 ? null : at(index);
    },
  };
}

function numbersAxis(
  title: string,
  low: number,
  high: number,
  log: boolean,
  valueOf: (trial: PlottedTrial) => number | null,
): Axis {
  const scale = log ? Math.log : (value: number) => value;
  const at = (value: number) => (scale(value) - scale(low)) / (scale(high) - scale(low));
  const middle = log ? Math.sqrt(low * high) : (low + high) / 2;
  return {
    title,
    isChoice: false,
    marks: [low, middle, high].map((value) => ({ text: paramText(value), at: at(value) })),
    place: (trial) => {
      const value = valueOf(trial);
      return value === null ? null : at(value);
    },
  };
}

const numberOrNull = (value: unknown): number | null => (typeof value === "number" ? value : null);
