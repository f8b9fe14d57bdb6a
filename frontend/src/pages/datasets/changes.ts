/** How an image differs between two dataset versions, in words. Pure. */
import type { ImageChange } from "@/api/types";
import { plural } from "@/lib/format";

const SPLITS: Readonly<Record<string, string>> = {
  train: "training",
  validation: "validation",
  test: "test",
};

const read = (label: number | null): string => (label === null ? "not read" : label === 1 ? "DR" : "no DR");
const referable = (label: number | null): string =>
  label === null ? "not said" : label === 1 ? "referable" : "not referable";

export function changeWords(change: ImageChange, nameOf: (code: string) => string): readonly string[] {
  const { before, after } = change;
  if (!before || !after) {
    const known = after ?? before;
    if (!known) return [];
    const regions = Object.entries(known.regions).filter(([, count]) => count > 0);
    return [
      `${SPLITS[known.split] ?? known.split} image`,
      ...(known.label === null ? [] : [read(known.label)]),
      ...regions.map(([code, count]) => `${nameOf(code)}: ${plural(count, "region")}`),
    ];
  }
  const told: Readonly<Record<string, () => readonly string[]>> = {
    split: () => [`${SPLITS[before.split] ?? before.split} → ${SPLITS[after.split] ?? after.split} image`],
    label: () => [`${read(before.label)} → ${read(after.label)}`],
    referable: () => [`${referable(before.referable)} → ${referable(after.referable)}`],
    classes: () => lookedFor(before.looked_for, after.looked_for, nameOf),
    regions: () => regionsOf(before.regions, after.regions, nameOf),
    outlines: () => ["outlines drawn anew"],
  };
  return change.what.flatMap((name) => told[name]?.() ?? []);
}

function lookedFor(before: readonly string[], after: readonly string[], nameOf: (code: string) => string) {
  const more = after
    .filter((code) => !before.includes(code))
    .map((code) => `also looked for: ${nameOf(code)}`);
  const less = before
    .filter((code) => !after.includes(code))
    .map((code) => `no longer looked for: ${nameOf(code)}`);
  return [...more, ...less];
}

function regionsOf(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  nameOf: (code: string) => string,
) {
  const codes = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return codes
    .filter((code) => (before[code] ?? 0) !== (after[code] ?? 0))
    .map((code) => `${nameOf(code)}: ${String(before[code] ?? 0)} → ${plural(after[code] ?? 0, "region")}`);
}
