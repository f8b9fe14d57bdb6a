/** What two readers drew, as paths over the picture for the one who settles between them. Pure. */
import type { Case } from "@/api/disagreements";
import type { LabelSetDetail } from "@/api/types";
import { outlineOf } from "@/pages/agreement/outline";

export interface ReaderOutline {
  readonly uuid: string;
  readonly reader: "first" | "second";
  /** No lesion of the other reader is its like. */
  readonly alone: boolean;
  readonly lesionClass: string;
  readonly path: string;
}
export interface ReadersShown {
  readonly first: boolean;
  readonly second: boolean;
  readonly onlyAlone: boolean;
}

/** Uuids of the lesions that both readers drew. */
export function drawnByBoth(pair: Case["pair"]): ReadonlySet<string> {
  const both = pair.classes.flatMap(({ lesions }) => lesions).filter(({ first, second }) => first && second);
  return new Set(both.flatMap(({ first, second }) => [first ?? "", second ?? ""]));
}

export function readersOutlines(
  sets: readonly (readonly ["first" | "second", LabelSetDetail | undefined])[],
  both: ReadonlySet<string>,
  shown: ReadersShown,
): ReaderOutline[] {
  return sets.flatMap(([reader, set]) =>
    !shown[reader] || !set
      ? []
      : set.regions
          .map(({ uuid, lesion_class: lesionClass, shape, geometry }) => ({
            uuid,
            reader,
            lesionClass,
            alone: !both.has(uuid),
            path: outlineOf(shape, geometry),
          }))
          .filter(({ alone }) => alone || !shown.onlyAlone),
  );
}
