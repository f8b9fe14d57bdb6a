/** What each kind of job does, in plain words. Pure. */
import { humanize } from "./format";

const KINDS: Readonly<Record<string, string>> = {
  "annotations.build_masks": "Building masks",
  "annotations.compare_readings": "Comparing readings",
  "annotations.export": "Export",
  "annotations.import_coco": "Import of COCO regions",
  "annotations.import_images": "Import of images",
  "annotations.import_masks": "Import of masks",
  "annotations.import_via": "Import of VIA regions",
  "inference.compare": "Comparison of two models",
  "inference.external_report": "Scoring on other images",
  "inference.predict": "Prediction",
  "inference.tighten": "Tightening rectangles",
  "inference.train": "Training",
  "inference.trial": "Trial of a search",
};

export const jobKind = (kind: string): string => KINDS[kind] ?? humanize(kind);

/** A job's own title, else what its kind does. */
export const jobTitle = ({ title, kind }: { readonly title: string; readonly kind: string }): string =>
  title && title !== kind ? title : jobKind(kind);
