/** The findings of both eyes as rows of a list: what is told of each, their order, what is filtered. Pure. */
import type { Finding } from "@/api/lesions";
import type { Places } from "@/api/review";
import type { ReviewDetail } from "@/api/reviews";
import { boundsOfRing, ringsOf, type Bounds } from "@/surface/outlines";
import { parseShape } from "@/surface/shapes";

type AddedLesion = ReviewDetail["images"][number]["added"][number];

export interface FindingRow {
  readonly uuid: string;
  readonly image: number;
  readonly eye: string;
  readonly lesionClass: string;
  /** Null, as its confidence, where no model found the lesion: a reviewer added it. */
  readonly areaFovPercent: number | null;
  /** Of a circle of the same area; null without a known disc. */
  readonly diameterDd: number | null;
  readonly confidence: number | null;
  readonly quadrant: string | null;
  readonly toFoveaDd: number | null;
  readonly bounds: Bounds;
}
export type SortKey = "eye" | "lesionClass" | "areaFovPercent" | "confidence" | "quadrant" | "toFoveaDd";
export interface Order {
  readonly by: SortKey;
  readonly descending: boolean;
}

export function rowsOf(
  image: { readonly id: number; readonly eye: string },
  findings: readonly Finding[],
  places: Places | undefined,
): FindingRow[] {
  const disc = places?.discDiameter ?? null;
  return findings.map((finding): FindingRow => {
    const place = places?.of.get(finding.uuid);
    const away = place?.toFoveaPx ?? null;
    return {
      uuid: finding.uuid,
      image: image.id,
      eye: image.eye,
      lesionClass: finding.lesionClass,
      areaFovPercent: finding.areaFovPercent,
      diameterDd: disc === null ? null : Math.sqrt((4 * finding.areaPx) / Math.PI) / disc,
      confidence: finding.confidence,
      quadrant: place?.quadrant ?? null,
      toFoveaDd: disc === null || away === null ? null : away / disc,
      bounds: boundsOfRing(ringsOf(finding.shape)[0] ?? []),
    };
  });
}

/** Lesions that the reviewer added, as rows beside those of the model. */
export function addedRows(
  image: { readonly id: number; readonly eye: string },
  added: readonly AddedLesion[],
): FindingRow[] {
  return added.flatMap(({ uuid, lesion_class: lesionClass, shape, geometry }): FindingRow[] => {
    const drawn = parseShape(shape, geometry);
    if (!drawn) return [];
    return [
      {
        uuid,
        image: image.id,
        eye: image.eye,
        lesionClass,
        areaFovPercent: null,
        diameterDd: null,
        confidence: null,
        quadrant: null,
        toFoveaDd: null,
        bounds: boundsOfRing(ringsOf(drawn)[0] ?? []),
      },
    ];
  });
}

/** What is not known comes last, whichever way they are sorted. */
export function sorted(rows: readonly FindingRow[], { by, descending }: Order): FindingRow[] {
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [first, second] = [a[by], b[by]];
    if (first === second) return (b.confidence ?? 0) - (a.confidence ?? 0);
    if (first === null) return 1;
    if (second === null) return -1;
    return first < second ? -sign : sign;
  });
}

/** The rows of classes that the project labels, then all others; `from`: the place of the first of those. */
export function labelledFirst(rows: readonly FindingRow[], isLabelled: (row: FindingRow) => boolean) {
  const labelled = rows.filter(isLabelled);
  const others = rows.filter((row) => !isLabelled(row));
  return { rows: [...labelled, ...others], from: labelled.length };
}

/** The row before or after the chosen one; the first when none is chosen. */
export function stepFrom(
  rows: readonly FindingRow[],
  chosen: string | null,
  by: 1 | -1,
): FindingRow | undefined {
  const index = rows.findIndex(({ uuid }) => uuid === chosen);
  if (index < 0) return rows[0];
  return rows[Math.min(rows.length - 1, Math.max(0, index + by))];
}

const QUADRANTS: Readonly<Record<string, string>> = {
  superior_temporal: "upper temporal",
  superior_nasal: "upper nasal",
  inferior_temporal: "lower temporal",
  inferior_nasal: "lower nasal",
};
export const quadrantInWords = (quadrant: string | null) =>
  quadrant === null ? "–" : (QUADRANTS[quadrant] ?? quadrant);

/** "0.4 DD": disc diameters. */
export const inDiscs = (value: number | null) =>
  value === null ? "–" : `${value < 10 ? value.toFixed(2) : value.toFixed(0)} DD`;
