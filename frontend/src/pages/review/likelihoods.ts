/** How probable DR and referable DR are in a patient of the queue, and from where a model says either. Pure. */
import type { QueueRow } from "@/api/reviewQueue";
import { formatPercent } from "@/lib/format";

type Likely = Pick<QueueRow, "probability" | "threshold" | "referable_probability" | "referable_threshold">;

/** "DR 13 %", said from 66 %; what no model says is left out, and DR alone tells that nothing is known. */
export function likelihoods(row: Likely) {
  const told = (of: string, value: number, from: number | null) => ({
    of,
    value: formatPercent(value),
    from: from === null ? "" : `said from ${formatPercent(from)}`,
  });
  return [
    row.probability > 0 ? told("DR", row.probability, row.threshold) : { of: "DR", value: "–", from: "" },
    ...(row.referable_probability === null
      ? []
      : [told("Referable DR", row.referable_probability, row.referable_threshold)]),
  ];
}
