/** The few numbers a person asks a model about first, on the test images where there are any. Pure. */
const WANTED = ["auc", "aupr", "dice", "accuracy", "f1", "recall", "precision", "iou"];
const TITLES: Readonly<Record<string, string>> = {
  auc: "AUC",
  aupr: "AUPR",
  dice: "Dice",
  f1: "F1",
  iou: "IoU",
};
const UNSAID = new Set(["test", "classes", "at_threshold"]);
const SKIPPED = new Set(["mean", "at_half", "baseline", "over_baseline"]);
const MOST = 4;

interface Found {
  readonly path: readonly string[];
  readonly name: string;
  readonly value: number;
}

export function headline(metrics: Readonly<Record<string, unknown>> | null | undefined): [string, number][] {
  const found: Found[] = [];
  const visit = (part: unknown, path: readonly string[]) => {
    if (typeof part !== "object" || part === null || path.length > 3) return;
    for (const [name, inner] of Object.entries(part)) {
      const value = valueOf(inner);
      if (value !== null && WANTED.includes(name)) found.push({ path, name, value });
      else if (!SKIPPED.has(name)) visit(inner, [...path, name]);
    }
  };
  visit(metrics ?? {}, []);
  const test = found.filter(({ path }) => path[0] === "test");
  return (test.length > 0 ? test : found)
    .sort((a, b) => WANTED.indexOf(a.name) - WANTED.indexOf(b.name))
    .slice(0, MOST)
    .map(({ path, name, value }) => [
      [...path.filter((word) => !UNSAID.has(word)), TITLES[name] ?? name].join(" "),
      value,
    ]);
}

function valueOf(part: unknown): number | null {
  if (typeof part === "number") return part;
  if (typeof part === "object" && part !== null && "value" in part && typeof part.value === "number") {
    return part.value;
  }
  return null;
}
