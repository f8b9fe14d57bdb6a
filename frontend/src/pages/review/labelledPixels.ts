import { addRings } from "@/surface/ShapeBatches";
import { ringsOf } from "@/surface/outlines";
import type { Region } from "@/surface/shapes";

/** Not 0 in each pixel of a map that a region of the class touches; `pxPerPx`: image px a pixel of the map. */
export function labelledPixels(
  regions: ReadonlyMap<string, Region>,
  lesionClass: string,
  { width, height }: { readonly width: number; readonly height: number },
  pxPerPx: number,
): Uint8Array {
  const labelled = new Uint8Array(width * height);
  const path = new Path2D();
  const some = [...regions.values()].filter((region) => region.lesionClass === lesionClass);
  for (const region of some) addRings(path, ringsOf(region));
  const ctx = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!ctx || some.length === 0) return labelled;
  ctx.scale(1 / pxPerPx, 1 / pxPerPx);
  ctx.fill(path);
  const colors = ctx.getImageData(0, 0, width, height).data;
  for (let index = 0; index < labelled.length; index++) labelled[index] = colors[4 * index + 3] ?? 0;
  return labelled;
}
