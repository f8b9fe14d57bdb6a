/** An import's counts as its page shows them. Pure. */
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
