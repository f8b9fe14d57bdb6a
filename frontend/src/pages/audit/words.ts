/** The log's names as people read them. Pure. */
import { humanize } from "@/lib/format";

const KINDS: Readonly<Record<string, string>> = {
  fundusimage: "image",
  labelset: "label set",
  user: "person",
  personaltoken: "token",
  modelversion: "model",
  modelcomparison: "comparison",
  modelalarm: "alarm",
  externalreport: "report elsewhere",
  trainingrun: "training",
  datasetversion: "dataset version",
  doublereading: "double reading",
  lesionclass: "lesion class",
};

/** "review.sign" becomes "Review: sign". */
export function actionInWords(action: string): string {
  const [subject = "", deed = ""] = action.split(".");
  return deed ? `${humanize(subject)}: ${deed.replaceAll("_", " ")}` : humanize(action);
}

/** "annotations.labelset" becomes "Label set". */
export function objectInWords(type: string): string {
  const kind = type.split(".").at(-1) ?? "";
  return humanize(KINDS[kind] ?? kind);
}
