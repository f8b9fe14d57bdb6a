/** An import's counts as the pages show them. Pure. */
import { humanize } from "@/lib/format";

const IN_SHORT = ["images_added", "regions_added", "label_sets_added", "labels_added", "errors", "notes"];
const ALWAYS: readonly string[] = ["images_added", "regions_added", "rows", "errors"];

/** What was done, or what a check found could be done; counts of nothing are left out. */
export function reportInWords(
  report: Readonly<Record<string, number>>,
  checked: boolean,
): Record<string, number> {
  const told = Object.entries(report).filter(([name, count]) => count !== 0 || ALWAYS.includes(name));
  return Object.fromEntries(
    told.map(([name, count]) => [checked ? name.replace(/_added$/, "_to_add") : name, count]),
  );
}

/** How to say whose the images are that came without patient or eye; empty where all came with both. */
export function howToSayWhose(report: Readonly<Record<string, number>> | null): string {
  const patients = report?.["images_without_patient"] ?? 0;
  const eyes = report?.["images_without_eye"] ?? 0;
  if (patients === 0 && eyes === 0) return "";
  const missing = [patients > 0 && "patient", eyes > 0 && "eye"].filter(Boolean);
  const table = `Import the same files again with a labels.csv (columns file, ${missing.join(", ")}): nothing goes in twice, and what was not known is filled in.`;
  if (eyes === 0) return table;
  return `${table} For single images, “About this image” on the patient’s page says which eye it is.`;
}

/** "Images added 24 · Notes 2": what the list of imports says of one. */
export function reportInShort(report: Readonly<Record<string, number>> | null, checked: boolean): string {
  const told = IN_SHORT.flatMap((name) => (report?.[name] ? [[name, report[name]] as const] : []));
  return Object.entries(reportInWords(Object.fromEntries(told), checked))
    .map(([name, count]) => `${humanize(name)} ${count.toLocaleString("en-GB")}`)
    .join(" · ");
}
