/** What a person says the labels of a VIA or COCO file mean. Pure. */
import type { LabelsPreview } from "@/api/imports";
import { plural } from "@/lib/format";

/** By value: a class code, "" to leave such regions out, null while nobody has said. */
export type Meanings = Readonly<Record<string, string | null>>;

const NAMES: Readonly<Record<string, readonly [string, string?]>> = {
  rect: ["rectangle"],
  mask: ["pixel mask"],
  box: ["box", "boxes"],
};
const SHOWN_MEANINGS = 20;
const NO_AREA: readonly string[] = ["point", "line", "polyline"];

/**
 * The attribute that was guessed or remembered, if the file has it; else the one that most regions have, so that
 * its values are seen; none (all regions alike) only where there is no attribute at all.
 */
export function likelyAttribute({ attribute, attributes }: LabelsPreview): string {
  if (attributes.some(({ name }) => name === attribute)) return attribute;
  const named = attributes.filter(({ name }) => name !== "");
  const [fullest] = named.toSorted((a, b) => notGiven(a) - notGiven(b));
  return fullest?.name ?? "";
}

/** How many regions lack an attribute. */
const notGiven = ({ values }: LabelsPreview["attributes"][number]): number =>
  values.find(({ value }) => value === "")?.regions ?? 0;

/** The meanings that were guessed or remembered for an attribute. */
export function guessedMeanings(preview: LabelsPreview, attribute: string): Meanings {
  const values = preview.attributes.find(({ name }) => name === attribute)?.values ?? [];
  return Object.fromEntries(values.map(({ value, lesion_class }) => [value, lesion_class]));
}

/** Only what was decided. */
export function decidedMeanings(meanings: Meanings): Record<string, string> {
  const decided = Object.entries(meanings).filter((one): one is [string, string] => one[1] !== null);
  return Object.fromEntries(decided);
}

/** "30 polygons and 5 points": the shapes of a file, most first. */
export function shapesInWords(shapes: Readonly<Record<string, number>>): string {
  const parts = Object.entries(shapes).map(([kind, count]) => plural(count, ...(NAMES[kind] ?? [kind])));
  return parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}` : (parts[0] ?? "none");
}

/** How many shapes have no area, so that they can't be lesions. */
export function withoutArea(shapes: Readonly<Record<string, number>>, closePolylines: boolean): number {
  return NO_AREA.filter((kind) => kind !== "polyline" || !closePolylines).reduce(
    (sum, kind) => sum + (shapes[kind] ?? 0),
    0,
  );
}

/** Why there is nothing to check yet: no value of the file has a meaning. Null: there is. */
export function whyNothingToCheck(
  preview: LabelsPreview,
  attribute: string,
  meanings: Meanings,
): string | null {
  if (preview.regions === 0 || Object.values(decidedMeanings(meanings)).length > 0) return null;
  return attribute
    ? `Choose what at least one value of “${attribute}” means, or what else names the lesion.`
    : "Choose the class that every region of this file is of.";
}

/** How an import read its file: "Lesions named by type: red dot → Hemorrhage, vessel → left out". */
export function mappingInWords(
  options: Readonly<Record<string, unknown>>,
  classes: readonly Readonly<{ code: string; name: string }>[],
): string | null {
  const { attribute, classes: meanings } = options as {
    attribute?: string;
    classes?: Record<string, string>;
  };
  if (attribute === undefined || !meanings) return null;
  const named = (code: string) => classes.find((one) => one.code === code)?.name ?? code;
  const each = Object.entries(meanings).map(
    ([value, code]) =>
      `${value || (attribute ? "not given" : "every region")} → ${code ? named(code) : "left out"}`,
  );
  const rest = each.length - SHOWN_MEANINGS;
  const told = [...each.slice(0, SHOWN_MEANINGS), ...(rest > 0 ? [`${rest} more`] : [])].join(", ");
  const by = attribute ? `Lesions named by ${attribute}` : "No attribute names the lesion";
  return `${by}: ${told || "none of its values has a class"}`;
}

/** How many regions have a value that nobody has given a meaning. */
export function undecided(preview: LabelsPreview, attribute: string, meanings: Meanings): number {
  const found = preview.attributes.find(({ name }) => name === attribute);
  return (found?.values ?? [])
    .filter(({ value }) => (meanings[value] ?? null) === null)
    .reduce((sum, { regions }) => sum + regions, 0);
}
