import { useMemo, useState } from "react";
import { useExamReviews, useReview } from "@/api/reviews";
import { useSessionUser } from "@/app/session";
import type { Judging } from "../useEye";
import { verdictsOf } from "./words";

/**
 * The versions of an exam's review, and the one that is looked at: my draft, else the newest. `list` has more than
 * `own` where images were reviewed as part of another exam.
 */
export function useExamReview(exam: number | undefined) {
  const { can } = useSessionUser();
  const reviews = useExamReviews(exam ?? 0, exam !== undefined && can("labels.judge"));
  const [picked, setPicked] = useState<number | null>(null);
  const list = reviews.data?.results ?? [];
  const own = list.filter((one) => one.exam === exam);
  const draft = own.find(({ state }) => state === "draft");
  const shown = list.find(({ id }) => id === picked) ?? draft ?? own[0];
  const review = useReview(shown?.id ?? null);
  const judged = useMemo(() => verdictsOf(review.data), [review.data]);
  const judging: Judging = review.data ?? (shown || reviews.isLoading ? undefined : "none");
  return { exam, reviews, list, own, draft, review, judging, judged, pick: setPicked };
}

export type ExamReview = ReturnType<typeof useExamReview>;
