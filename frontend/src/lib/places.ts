/** Where a page's list is: what somebody is led back to from an address that holds nothing for them. Pure. */

export interface Back {
  readonly to: string;
  readonly title: string;
}

const LISTS: Readonly<Record<string, string>> = {
  datasets: "To the dataset versions",
  disagreements: "To the disagreements",
  imports: "To the imports",
  models: "To the models",
  patients: "To the patients",
  review: "To the review queue",
  searches: "To the searches",
  training: "To the training runs",
  watch: "To the watched models",
};

/** The list that a page such as "/patients/12" belongs to; the first page for one without a list. */
export function listOf(path: string): Back {
  const [, place = "", rest] = path.split("/");
  const title = rest ? LISTS[place] : undefined;
  return title ? { to: `/${place}`, title } : { to: "/", title: "To the first page" };
}
