/** Which proposals of the machine still stand. Pure. */
import type { Finding } from "@/api/lesions";
import type { LesionClass } from "@/api/types";
import { sameShape, type Region, type Shape } from "@/surface/shapes";

/** A contour for a rectangle, and the rectangle as it was when it was asked for. */
export interface Contour {
  readonly asked: Region;
  readonly shape: Shape;
}

/** Findings that are not labels yet, of classes that this project labels: others could not be saved. */
export function openFindings(
  findings: readonly Finding[],
  regions: ReadonlyMap<string, Region>,
  classes: readonly Pick<LesionClass, "code">[],
): Finding[] {
  const labelled = new Set(classes.map(({ code }) => code));
  return findings.filter(({ uuid, lesionClass }) => labelled.has(lesionClass) && !regions.has(uuid));
}

/** The contours whose rectangle still is the one that was asked about, in the class that it has now. */
export function standing(contours: readonly Contour[], regions: ReadonlyMap<string, Region>): Region[] {
  return contours.flatMap(({ asked, shape }): Region[] => {
    const now = regions.get(asked.uuid);
    if (!now || !sameShape(now, asked)) return [];
    return [{ ...shape, uuid: asked.uuid, lesionClass: now.lesionClass, origin: "tightened" }];
  });
}
