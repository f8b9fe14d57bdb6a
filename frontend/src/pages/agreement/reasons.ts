/** Why two readings are to be settled, in words. Pure. */
import type { Difference } from "@/api/disagreements";
import { formatPercent } from "@/lib/format";

const QUESTIONS: Readonly<Record<string, string>> = {
  dr_status: "DR or not",
  icdr_grade: "ICDR grade",
  macular_edema: "Macular edema",
  gradability: "Gradable or not",
};

/** "ICDR grade: moderate NPDR ≠ PDR" */
export function reasonInWords({ code, first, second, f1, least, text }: Difference): string {
  if (code === "lesions") {
    return `Lesions alike: ${formatPercent(f1)}, less than ${formatPercent(least)}`;
  }
  if (code === "opened") return `Opened by hand: ${text ?? ""}`;
  return `${QUESTIONS[code] ?? code}: ${first ?? ""} ≠ ${second ?? ""}`;
}

/** Whether two readers say the same; null where neither said anything. */
export function answersAlike(answer: {
  readonly first: string;
  readonly second: string;
  readonly agree: boolean;
}): "agree" | "differ" | "only one answered" | null {
  if (answer.first && answer.second) return answer.agree ? "agree" : "differ";
  return answer.first || answer.second ? "only one answered" : null;
}
