import type { LabelSet } from "@/api/types";

/** Whose reading it is; a repeat says so, since a judge sees both. */
export const readerOf = (set: LabelSet): string =>
  set.author_name
    ? `${set.author_name}${set.reading_no > 1 ? ` (reading ${set.reading_no})` : ""}`
    : set.source_title;
