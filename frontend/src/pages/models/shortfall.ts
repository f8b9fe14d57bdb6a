/** Where a threshold found less DR on the test images than it was chosen for. Pure. */
import { formatMetric, plural } from "@/lib/format";
import { isRecord, scoreOf } from "./metrics";

type Json = Readonly<Record<string, unknown>>;

const AIM = /sensitivity of at least (\d(?:\.\d+)?)/;
/** What each threshold decides, and under which name the test scores of it stand. */
const DECIDES: Readonly<Record<string, { readonly what: string; readonly part?: string }>> = {
  DR: { what: "DR" },
  REF: { what: "referable DR", part: "referable" },
};

const at = (record: unknown, name: string): unknown => (isRecord(record) ? record[name] : undefined);

/** One sentence, or nothing: no sensitivity was aimed at, none was measured, or it was reached. */
export function shortfall(code: string, rule: unknown, metrics: Json | null): string {
  const decides = DECIDES[code];
  const aim = typeof rule === "string" ? AIM.exec(rule)?.[1] : undefined;
  if (!decides || aim === undefined) return "";
  const test = at(metrics, "test");
  const part = decides.part ? at(test, decides.part) : test;
  const reached = scoreOf(at(at(part, "at_threshold"), "recall"));
  if (reached?.value == null || reached.value >= Number(aim)) return "";
  const positives = at(part, "positives");
  const measured = [
    reached.low !== null && `95 % interval ${formatMetric(reached.low)} to ${formatMetric(reached.high)}`,
    typeof positives === "number" &&
      plural(positives, `image with ${decides.what}`, `images with ${decides.what}`),
  ].filter(Boolean);
  return `On the held-out test images it reached less than the ${aim} aimed at: sensitivity ${formatMetric(reached.value)}${measured.length > 0 ? ` (${measured.join("; ")})` : ""}.`;
}
