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
const NO_AREA: readonly string[] = ["point", "line", "polyline"];

/** The attribute that was guessed or remembered, if the file has it; else none: all regions alike. */
export const likelyAttribute = ({ attribute, attributes }: LabelsPreview): string =>
  attributes.some(({ name }) => name === attribute) ? attribute : "";

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

/** How many regions have a value that nobody has given a meaning. */
export function undecided(preview: LabelsPreview, attribute: string, meanings: Meanings): number {
  const found = preview.attributes.find(({ name }) => name === attribute);
  return (found?.values ?? [])
    .filter(({ value }) => (meanings[value] ?? null) === null)
    .reduce((sum, { regions }) => sum + regions, 0);
}
