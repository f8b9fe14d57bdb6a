import type { LabelSet } from "@/api/types";

/** Whose reading it is; a repeat says so, since a judge sees both. */
export const readerOf = (set: LabelSet): string =>
  set.author_name
    ? `${set.author_name}${set.reading_no > 1 ? ` (reading ${set.reading_no})` : ""}`
    : set.source_title;

/** The last merge of two readings; `outdated` when one of them was handed in again since. */
export function latestMerged(sets: readonly LabelSet[], first: LabelSet, second: LabelSet) {
  const merged = sets.filter(({ source }) => source === `merged:${first.id}+${second.id}`).at(-1);
  const madeAt = merged ? time(merged) : Infinity;
  return { merged, outdated: Math.max(time(first), time(second)) > madeAt };
}

const time = ({ submitted_at: at }: LabelSet) => (at ? Date.parse(at) : 0);
