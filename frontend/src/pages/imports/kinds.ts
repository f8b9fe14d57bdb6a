/** The kinds of imports in words. Pure. */
import type { ImportKind } from "./files";

export const KIND_TITLES: Readonly<Record<ImportKind, string>> = {
  images: "Images",
  via: "VIA regions",
  masks: "Masks",
  coco: "COCO regions",
};
