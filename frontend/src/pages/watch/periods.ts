/** Times over which figures are told. */
export const DEFAULT_WEEKS = 8;

export const PERIODS = [
  { value: "8", label: "Last 8 weeks" },
  { value: "26", label: "Last half year" },
  { value: "52", label: "Last year" },
  { value: "104", label: "Last two years" },
];

/** The period that an address asks for; what is none of ours is the default. */
export function weeksIn(search: URLSearchParams): number {
  const asked = search.get("weeks");
  return PERIODS.some(({ value }) => value === asked) ? Number(asked) : DEFAULT_WEEKS;
}
