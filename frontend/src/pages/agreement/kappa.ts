import { formatMetric } from "@/lib/format";

/** Of fewer images kappa says next to nothing: one image that differs makes it 0. */
export const ENOUGH_FOR_KAPPA = 10;

export function kappaInWords(value: number | null, images: number): string {
  if (images < ENOUGH_FOR_KAPPA) return "not enough images";
  return value === null ? "not defined" : formatMetric(value);
}
