/** A report of a model on other data in words. Pure. */
import type { ExternalReport } from "@/api/types";
import { plural } from "@/lib/format";

const WHY: readonly (readonly [name: string, one: string, many: string])[] = [
  ["photograph", "photograph that it learned from", "photographs that it learned from"],
  [
    "patient",
    "other image of a patient that it learned from",
    "other images of patients that it learned from",
  ],
  [
    "near_duplicate",
    "image of somebody it learned from, known by a copy of a photograph",
    "images of people it learned from, known by copies of photographs",
  ],
  ["unlabelled", "image without a label", "images without a label"],
  ["unreadable", "image that could not be read", "images that could not be read"],
];

/** "Left out: 12 photographs that it learned from, 1 image without a label."; says so where none was. */
export function leftOutSentence(leftOut: ExternalReport["left_out"]): string {
  const parts = WHY.flatMap(([name, one, many]) => {
    const count = leftOut[name] ?? 0;
    return count > 0 ? [plural(count, one, many)] : [];
  });
  return parts.length > 0 ? `Left out: ${parts.join(", ")}.` : "None of them was left out.";
}

/** "Tehran, Topcon NW400 (398 images)" for each place; empty where nothing is known of any. */
export function placesOf(places: ExternalReport["places"]): string {
  return places
    .flatMap(({ site, camera, images }) => {
      const named = [site, camera].filter(Boolean).join(", ");
      return named ? [`${named} (${plural(images, "image")})`] : [];
    })
    .join("; ");
}
