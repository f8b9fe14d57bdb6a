export const TASKS = ["classifier", "segmenter"] as const;
export type Task = (typeof TASKS)[number];

export const TASK_TITLES: Readonly<Record<string, string>> = {
  classifier: "DR classifier",
  segmenter: "Lesion segmenter",
};

export const taskTitle = (task: string): string => TASK_TITLES[task] ?? task;

/** Epoch metrics in charts that share a scale: losses together, the rest (0..1) together. */
export function chartGroups(
  epochs: readonly { readonly epoch: number; readonly metrics: Readonly<Record<string, unknown>> }[],
): { title: string; series: { name: string; values: [number, number][] }[] }[] {
  const names = [...new Set(epochs.flatMap(({ metrics }) => Object.keys(metrics)))];
  const seriesOf = (wanted: (name: string) => boolean) =>
    names
      .filter(wanted)
      .map((name) => ({
        name: name.replaceAll("_", " "),
        values: epochs.flatMap(({ epoch, metrics }): [number, number][] => {
          const value = metrics[name];
          return typeof value === "number" && Number.isFinite(value) ? [[epoch, value]] : [];
        }),
      }))
      .filter(({ values }) => values.length > 0);
  const isLoss = (name: string) => name.includes("loss");
  const isRate = (name: string) =>
    name.includes("learning_rate") || name === "lr" || name.includes("seconds");
  return [
    { title: "Loss", series: seriesOf(isLoss) },
    { title: "Metrics", series: seriesOf((name) => !isLoss(name) && !isRate(name)) },
  ].filter(({ series }) => series.length > 0);
}
