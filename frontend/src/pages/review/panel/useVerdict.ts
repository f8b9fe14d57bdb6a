import { useState } from "react";
import type { ReviewChanges, VerdictReason } from "@/api/reviews";
import type { DraftProps } from "./DraftPanel";
import { usePanelKeys } from "./usePanelKeys";
import { isOpen, nextOpen, VERDICT_KEYS } from "./words";

export type Said = (typeof VERDICT_KEYS)[number]["id"];
type OfAll = NonNullable<ReviewChanges["all_of"]>[number];

/** What is said of the chosen finding, or of all open ones of a kind, and for which reason. */
export function useVerdict(props: DraftProps) {
  const { review, chosen, onSave, listed, onChoose } = props;
  const { judged } = props.state;
  const [reason, setReason] = useState<VerdictReason>("not_a_lesion");
  const [written, setWritten] = useState({ of: chosen, note: "" });
  const note = written.of === chosen ? written.note : ""; // words are about one finding alone
  const setNote = (text: string) => setWritten({ of: chosen, note: text });
  const wordless = reason === "other" && note.trim() === "";
  const finding = chosen === null ? undefined : judged.get(chosen);
  const goOn = (from: string) => {
    const next = nextOpen(listed, judged, from);
    if (next !== undefined) onChoose(next);
  };
  const begin = () => {
    const first = listed.find((uuid) => isOpen(judged.get(uuid)));
    if (first !== undefined) onChoose(first);
  };
  const why = { reason, note };
  const noWhy = { reason: "" as const, note: "" };
  const sayOfAll = (verdict: OfAll["verdict"], lesionClass: string) =>
    onSave({
      all_of: [{ verdict, lesion_class: lesionClass, ...(verdict === "reject" ? why : noWhy) }],
    });
  const say = (said: Said) => {
    if (!finding) return begin();
    if (said === "acceptRest" || said === "rejectRest") {
      return sayOfAll(said === "acceptRest" ? "accept" : "reject", finding.lesion_class);
    }
    if (said === "correct") {
      const image = review.images.find(({ findings }) => findings.includes(finding));
      if (image) props.onCorrect(image.image);
      return;
    }
    const verdict = said === "clear" ? "" : said;
    onSave({ verdicts: [{ finding: finding.id, verdict, ...(said === "reject" ? why : noWhy) }] });
    if (said === "reject" && wordless) return; // refused: the words are asked for, and nothing is lost
    setNote("");
    if (said !== "clear") goOn(finding.uuid);
  };
  usePanelKeys(VERDICT_KEYS, {
    accept: () => say("accept"),
    reject: () => say("reject"),
    acceptRest: () => say("acceptRest"),
    rejectRest: () => say("rejectRest"),
    correct: () => say("correct"),
    clear: () => say("clear"),
  });
  return { finding, reason, setReason, note, setNote, wordless, say, sayOfAll };
}

export type VerdictSaid = ReturnType<typeof useVerdict>;
