/** The forms in which labels leave, in words. Pure. */
import type { Export, ExportKind, NewExport } from "@/api/exports";
import { plural } from "@/lib/format";

export interface KindText {
  readonly kind: ExportKind;
  readonly title: string;
  readonly help: string;
}

export const KINDS: readonly KindText[] = [
  {
    kind: "via_csv",
    title: "VIA, as CSV",
    help: "Regions for VGG Image Annotator and spreadsheets, with the attributes they came with.",
  },
  {
    kind: "via_json",
    title: "VIA, as JSON",
    help: "The same as VIA's own annotation file.",
  },
  {
    kind: "coco",
    title: "COCO",
    help: "A COCO file for detection and segmentation tools: outlines, or pixel by pixel where a region has holes.",
  },
  {
    kind: "masks",
    title: "Masks",
    help: "A zip of one black-and-white PNG per image and lesion class, at the image's own size.",
  },
  {
    kind: "labels_csv",
    title: "Labels CSV",
    help: "One row per image that was read: patient code, eye, DR or no DR, grade, macular edema, exam.",
  },
  {
    kind: "dataset",
    title: "Dataset version",
    help: "All that a model was trained on in one zip: images, masks, labels, split, and check sums.",
  },
];

export const kindTitle = (kind: ExportKind): string => KINDS.find((one) => one.kind === kind)?.title ?? kind;

export interface Choices {
  readonly kind: ExportKind;
  readonly labels: string;
  readonly waiting: boolean;
  readonly indexed: boolean;
  readonly dataset: string;
}

export const FIRST_CHOICES: Choices = {
  kind: "via_csv",
  labels: "",
  waiting: false,
  indexed: false,
  dataset: "",
};

/** What is sent for these choices; null while a dataset is still to be chosen. */
export function requestOf(choices: Choices, project: number): NewExport | null {
  const { kind, labels, waiting, indexed, dataset } = choices;
  if (kind === "dataset") {
    if (!dataset) return null;
    return { project, kind, labels: "", waiting: false, indexed: false, dataset: Number(dataset) };
  }
  return { project, kind, labels, waiting, indexed: kind === "masks" && indexed };
}

/** "8,886 regions of 54 images": what an export holds. */
export function contents(one: Pick<Export, "kind" | "report">): string {
  const { regions, images } = one.report ?? {};
  if (images === undefined) return "";
  const ofImages = plural(images, "image");
  return regions === undefined || one.kind === "labels_csv"
    ? ofImages
    : `${plural(regions, "region")} of ${ofImages}`;
}
