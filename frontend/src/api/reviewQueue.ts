/** The review queue and its claims: questions and deeds. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { DELETE, GET, POST, unwrap } from "./client";
import { keys } from "./keys";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type QueueRow = Schemas["QueueRowOutput"];
export type QueueSummary = Schemas["QueueSummaryOutput"];
export type Why = Schemas["WhyEnum"];
export type QueueEye = Schemas["QueueEyeEnum"];
export type QueueState = Schemas["QueueStateEnum"];
export type Claim = Schemas["ClaimOutput"];

export const QUEUE_PAGE_SIZE = 25;
const OTHERS_WORK_MS = 30_000; // claims of others come and go
const EXTENDS_MS = 60_000;

export interface QueueFilter {
  readonly why: Why | "";
  readonly eye: QueueEye | "";
  readonly site: string;
  readonly camera: string;
  /** Dates of the newest exam, as 2026-01-31; empty: any. */
  readonly since: string;
  readonly until: string;
  readonly state: QueueState;
}
export const WHOLE_QUEUE: QueueFilter = {
  why: "",
  eye: "",
  site: "",
  camera: "",
  since: "",
  until: "",
  state: "open",
};

/** A date that is not given is left out: an empty one is none. */
const asked = ({ since, until, ...rest }: QueueFilter) => ({
  ...rest,
  ...(since && { since }),
  ...(until && { until }),
});

export function useReviewQueue(project: number | undefined, filter: QueueFilter, page: number) {
  return useQuery({
    queryKey: [...keys.reviewQueue, project, filter, page],
    queryFn: () =>
      unwrap(
        GET("/api/review-queue/", {
          params: { query: { project: project ?? 0, ...asked(filter), page, page_size: QUEUE_PAGE_SIZE } },
        }),
      ),
    enabled: project !== undefined,
    placeholderData: keepPreviousData,
    refetchInterval: OTHERS_WORK_MS,
  });
}

export function useQueueSummary(project: number | undefined) {
  return useQuery({
    queryKey: [...keys.reviewQueue, project, "summary"],
    queryFn: () =>
      unwrap(GET("/api/review-queue/summary/", { params: { query: { project: project ?? 0 } } })),
    enabled: project !== undefined,
  });
}

/** Claims the next free patient and gives the one before back; null: nobody is left. */
export function useNextPatient(project: number | undefined) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ filter, after }: { filter: QueueFilter; after: number | null }) => {
      const body = { project: project ?? 0, ...asked(filter), after };
      return (await unwrap(POST("/api/review-queue/next/", { body }))).patient;
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.reviewQueue }),
  });
}

/** Claims a patient and keeps the claim while the page is open and its person at work. */
export function useClaim(patient: number, isAtWork: () => boolean, enabled: boolean) {
  return useQuery({
    queryKey: keys.reviewClaim(patient),
    queryFn: async ({ client }) => {
      const params = { params: { path: { id: patient } } };
      const before = client.getQueryData<Claim | null>(keys.reviewClaim(patient));
      if (before && !isAtWork()) {
        return (await unwrap(GET("/api/patients/{id}/review-claim/", params))).claim;
      }
      return unwrap(POST("/api/patients/{id}/review-claim/", params));
    },
    enabled,
    retry: false,
    refetchInterval: EXTENDS_MS,
    staleTime: 0,
  });
}

export function useRelease() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (patient: number) =>
      unwrap(DELETE("/api/patients/{id}/review-claim/", { params: { path: { id: patient } } })),
    onSuccess: (_, patient) => {
      queries.removeQueries({ queryKey: keys.reviewClaim(patient) });
      return queries.invalidateQueries({ queryKey: keys.reviewQueue });
    },
  });
}
