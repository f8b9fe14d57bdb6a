/** What models say about single lesions of an image: findings, and contours for rectangles. */
import { parseShape, type RectRegion, type Shape } from "@/surface/shapes";
import { GET, POST, unwrap } from "./client";
import type { TightenBody } from "./types";

export interface Finding {
  readonly uuid: string;
  readonly id: number;
  readonly lesionClass: string;
  readonly confidence: number;
  readonly areaPx: number;
  readonly areaFovPercent: number;
  readonly shape: Shape;
}
export interface Findings {
  /** The model version's id; null: no champion has looked at this image. */
  readonly model: string | null;
  readonly title: string;
  readonly findings: readonly Finding[];
  /** True when there are more than are told here. */
  readonly isCut: boolean;
}
export const ofPrediction = (prediction: number | undefined) =>
  prediction === undefined ? {} : { prediction };

export interface Tightened {
  readonly contours: ReadonlyMap<string, Shape>;
  readonly unchanged: number;
}

/** The champion's findings, or those of one `prediction`. */
export async function fetchFindings(image: number, prediction?: number): Promise<Findings> {
  const params = { path: { id: image }, query: ofPrediction(prediction) };
  const told = await unwrap(GET("/api/images/{id}/findings/", { params }));
  const findings = told.findings.flatMap((one): Finding[] => {
    const shape = parseShape("polygon", one.geometry);
    if (!shape) return [];
    const { uuid, id, confidence } = one;
    const [areaPx, areaFovPercent] = [one.area_px, one.area_fov_percent];
    return [{ uuid, id, lesionClass: one.lesion_class, confidence, areaPx, areaFovPercent, shape }];
  });
  return {
    model: told.model,
    title: told.title,
    findings,
    isCut: told.cut,
  };
}

/** Contours of the lesions in these rectangles. */
export async function fetchTightened(image: number, rects: readonly RectRegion[]): Promise<Tightened> {
  const shapes: TightenBody["shapes"] = rects.map(({ uuid, shape, geometry, lesionClass }) => ({
    uuid,
    shape,
    geometry,
    lesion_class: lesionClass,
  }));
  const told = await unwrap(
    POST("/api/images/{id}/tighten/", { params: { path: { id: image } }, body: { shapes } }),
  );
  const contours = told.shapes.flatMap((one): [string, Shape][] => {
    const shape = one.unchanged ? null : parseShape(one.shape ?? "", one.geometry);
    return shape ? [[one.uuid, shape]] : [];
  });
  return { contours: new Map(contours), unchanged: rects.length - contours.length };
}
