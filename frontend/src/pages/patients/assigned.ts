import { plural } from "@/lib/format";

/** What came of assigning: new readings, and those that were on the worklists before. Pure. */
export function assignedInWords(
  { readings, new: added }: { readonly readings: number; readonly new: number },
  people: number,
): string {
  const told = `${plural(added, "new reading")} on the worklists of ${plural(people, "person", "people")}`;
  const before = readings - added;
  if (before === 0) return `${told}.`;
  return `${told}; ${before.toLocaleString("en-GB")} ${before === 1 ? "was" : "were"} there already.`;
}
