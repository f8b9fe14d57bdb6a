/** The two or three numbers a person asks a model about first. Pure. */
const WANTED = ["accuracy", "f1", "recall", "precision", "mean_dice", "dice", "iou", "aupr", "auroc"];

export function headline(metrics: Readonly<Record<string, unknown>> | null | undefined): [string, number][] {
  const found: [string, number][] = [];
  const visit = (value: unknown, path: readonly string[]) => {
    if (typeof value !== "object" || value === null || path.length > 3) return;
    for (const [name, part] of Object.entries(value)) {
      const number = valueOf(part);
      if (number !== null && WANTED.includes(name)) found.push([[...path, name].join(" "), number]);
      else visit(part, [...path, name]);
    }
  };
  visit(metrics ?? {}, []);
  const test = found.filter(([name]) => name.startsWith("test"));
  return (test.length > 0 ? test : found).slice(0, 4);
}

function valueOf(part: unknown): number | null {
  if (typeof part === "number") return part;
  if (typeof part === "object" && part !== null && "value" in part && typeof part.value === "number") {
    return part.value;
  }
  return null;
}
