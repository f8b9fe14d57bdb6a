/** Figures about models in plain words. Pure. */
import type { Limits, ModelAlarm, Score, Share, WatchedModelDetail } from "@/api/watch";
import { formatDate, formatMetric, formatPercent, plural } from "@/lib/format";

export type Standing = Score["standing"];

interface Look {
  readonly title: string;
  readonly color: string;
}

const STANDINGS: Readonly<Record<Standing, Look>> = {
  too_few: { title: "Too few to tell", color: "gray" },
  stable: { title: "Stable", color: "teal" },
  watch: { title: "Worth watching", color: "yellow" },
  drift: { title: "Drifts", color: "red" },
};

export const standingLook = (standing: Standing): Look => STANDINGS[standing];

/** "12 %"; counts and interval stand below it. */
export const sharePercent = ({ value }: Share) => formatPercent(value);

/** "3 of 25 · 4 % to 30 %". */
export function shareCounts({ count, of, low, high }: Share): string {
  const [from, to] = [formatPercent(low), formatPercent(high)];
  return `${count.toLocaleString("en-GB")} of ${of.toLocaleString("en-GB")} · ${from} to ${to}`;
}

/** What an alarm says, in one sentence. */
export function alarmSentence(alarm: ModelAlarm): string {
  if (alarm.kind === "scores") {
    return `${alarm.score_title}: the scores of ${plural(alarm.of, "image")} of late are spread otherwise than those the model was judged on (index ${formatMetric(alarm.value)}, limit ${formatMetric(alarm.limit)}).`;
  }
  const what = alarm.kind === "overrides" ? "image" : "patient";
  return `Reviewers decided otherwise for ${formatPercent(alarm.value)} of ${plural(alarm.of, what)}; allowing for chance, at least ${formatPercent(alarm.low)} (limit ${formatPercent(alarm.limit)}).`;
}

/** Against what a score is held, for people. */
export function referenceSentence({ reference, reference_images: images }: Score): string {
  if (reference === "none") {
    return "No reference distribution: its card has none, and it has read no held-out image of its own dataset here.";
  }
  return reference === "card"
    ? `Held against ${plural(images, "image")} kept out of its training, as its card tells.`
    : `Held against ${plural(images, "held-out image")} of its own dataset, as it read them here.`;
}

/** Why a score has no standing yet, or that it may be chance. Empty: nothing to add. */
export function scoreNote(score: Score, limits: Limits): string {
  if (score.reference === "none") return "";
  if (score.images < limits.fewest_images) {
    return `From ${limits.fewest_images} new images on something can be said.`;
  }
  if (score.reference_images < limits.fewest_images) {
    return `The reference has ${plural(score.reference_images, "image")} only; at least ${limits.fewest_images} are needed.`;
  }
  if (score.psi !== null && score.chance !== null && score.psi > limits.psi && score.psi <= score.chance) {
    return `With so few images chance alone reaches ${formatMetric(score.chance)}, so this says nothing yet.`;
  }
  return "";
}

/** Since when it is the champion, or when it was added, and from when on its figures count. */
export function timesInWords(
  model: Pick<WatchedModelDetail, "champion_since" | "created_at" | "since">,
): string {
  const begun = model.champion_since
    ? `champion since ${formatDate(model.champion_since)}`
    : `added ${formatDate(model.created_at)}`;
  return `${begun} · figures from ${formatDate(model.since)} on`;
}

/** The Mondays from one to another, as milliseconds. */
export function weeksBetween(since: string, weeks: number): number[] {
  const first = Date.parse(`${since}T00:00:00Z`);
  return Array.from({ length: weeks }, (_, index) => first + index * 7 * 86_400_000);
}

export const timeOf = (day: string) => Date.parse(`${day}T00:00:00Z`);

/** "2 Nov" of a Monday. */
export const dayTitle = (time: number) =>
  new Date(time).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
