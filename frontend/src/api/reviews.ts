/** Reviews of exams: what is judged, saved, corrected and signed. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { DELETE, GET, POST, unwrap } from "./client";
import { asApiError } from "./errors";
import { keys } from "./keys";
import { useAct } from "./mutations";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Review = Schemas["ReviewOutput"];
export type ReviewDetail = Schemas["ReviewDetailOutput"];
export type JudgedFinding = Schemas["JudgedFindingOutput"];
export type Proposal = Schemas["ProposalOutput"];
export type Verdict = Schemas["FindingVerdictEnum"];
export type VerdictReason = Schemas["VerdictReasonEnum"];
export type Urgency = Schemas["UrgencyEnum"];
export type Outcome = Schemas["DecisionOutcomeEnum"];
export type ReviewChanges = Partial<Omit<Schemas["ReviewChangesInputRequest"], "base_revision">>;

/** Versions of an exam's review, newest first: signed ones, and my own draft. */
export const useExamReviews = (exam: number, enabled: boolean) =>
  useQuery({
    queryKey: keys.examReviews(exam),
    queryFn: () => unwrap(GET("/api/exams/{id}/reviews/", { params: { path: { id: exam } } })),
    enabled,
  });

export const useReview = (id: number | null) =>
  useQuery({
    queryKey: keys.review(id ?? 0),
    queryFn: () => unwrap(GET("/api/reviews/{id}/", { params: { path: { id: id ?? 0 } } })),
    enabled: id !== null,
  });

/** Begins my draft, or opens the one there is. */
export function useBeginReview(exam: number) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(POST("/api/exams/{id}/reviews/", { params: { path: { id: exam } } })),
    onSuccess: (review) => {
      queries.setQueryData(keys.review(review.id), review);
      return queries.invalidateQueries({ queryKey: keys.examReviews(exam) });
    },
  });
}

export const useDiscardReview = (exam: number) =>
  useAct(
    (id: number) => unwrap(DELETE("/api/reviews/{id}/", { params: { path: { id } } })),
    [keys.examReviews(exam), keys.images, ["label-sets"]],
  );

/**
 * Saves one after the other, each on the revision that the one before it made.
 * A save that came too late shows the review as it is now, and fails with `stale_review`.
 */
export function useSaveReview(id: number) {
  const queries = useQueryClient();
  const key = keys.review(id);
  const base = () => queries.getQueryData<ReviewDetail>(key)?.revision ?? 0;
  return useMutation({
    scope: { id: `review-${id}` },
    mutationFn: (changes: ReviewChanges) =>
      unwrap(
        POST("/api/reviews/{id}/changes/", {
          params: { path: { id } },
          body: { ...changes, base_revision: base() },
        }),
      ),
    onSuccess: (review) => queries.setQueryData(key, review),
    onError: (error) => {
      const now = asApiError(error).detail["review"];
      if (now) queries.setQueryData(key, now);
      else void queries.invalidateQueries({ queryKey: key });
    },
  });
}

/** Opens the correction of an image; gives the label set to draw on. */
export const useCorrectImageFindings = (id: number) =>
  useAct(
    (image: number) =>
      unwrap(POST("/api/reviews/{id}/corrections/", { params: { path: { id } }, body: { image } })),
    [keys.images, ["label-sets"], keys.review(id)],
  );

/** Turns what was drawn in the reading room into verdicts. */
export function useTakeCorrections(id: number) {
  const queries = useQueryClient();
  return useMutation({
    scope: { id: `review-${id}` },
    mutationFn: (base_revision: number) =>
      unwrap(
        POST("/api/reviews/{id}/take-corrections/", { params: { path: { id } }, body: { base_revision } }),
      ),
    onSuccess: (review) => queries.setQueryData(keys.review(id), review),
    onError: () => queries.invalidateQueries({ queryKey: keys.review(id) }), // the next try is on what is there
  });
}

export function useSignReview(id: number, exam: number) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { base_revision: number; seen: string; password: string; code: string }) =>
      unwrap(POST("/api/reviews/{id}/sign/", { params: { path: { id } }, body })),
    onSuccess: async (review) => {
      queries.setQueryData(keys.review(id), review);
      const signed = [keys.examReviews(exam), keys.readiness, keys.session];
      const touched = [...signed, keys.images, keys.patients, ["label-sets"]];
      await Promise.all(touched.map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
    // It may have been refused for something that changed elsewhere: show the review as it is.
    onError: (error) => {
      const now = asApiError(error).detail["review"];
      if (now) queries.setQueryData(keys.review(id), now);
      else void queries.invalidateQueries({ queryKey: keys.review(id) });
    },
  });
}

export const reportUrl = (review: number, kind: string) => `/api/reviews/${review}/reports/${kind}/`;
