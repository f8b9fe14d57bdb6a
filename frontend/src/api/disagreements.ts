/** Images that two people read, and settling what they disagree on: questions and deeds. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { DELETE, GET, POST, unwrap } from "./client";
import { keys } from "./keys";
import { useAct } from "./mutations";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type DoubleReading = Schemas["DoubleReadingOutput"];
export type Case = Schemas["DoubleReadingDetailOutput"];
export type CaseState = Schemas["DoubleReadingStateEnum"];
export type Difference = Schemas["DifferenceOutput"];
export type DisagreementCounts = Schemas["DoubleReadingCountsOutput"];
export type StartFrom = Schemas["StartFromEnum"];
export type CaseFilter = CaseState | "changed_since";

export const CASES_PAGE_SIZE = 25;
const OTHERS_WORK_MS = 30_000; // claims of others come and go
const WHILE_COMPARING_MS = 2_000;
const EXTENDS_MS = 60_000;

const at = (id: number) => ({ params: { path: { id } } });
const TOUCHED = [keys.disagreements, keys.images, keys.patients, keys.agreement];

export function useDisagreements(project: number | undefined, state: CaseFilter, page: number) {
  return useQuery({
    queryKey: [...keys.disagreements, "list", project, state, page],
    queryFn: () =>
      unwrap(
        GET("/api/double-readings/", {
          params: { query: { project: project ?? 0, state, page, page_size: CASES_PAGE_SIZE } },
        }),
      ),
    enabled: project !== undefined,
    placeholderData: keepPreviousData,
    refetchInterval: OTHERS_WORK_MS,
  });
}

/** How many images stand where; asked again soon while some are being compared. */
export function useDisagreementCounts(project: number | undefined) {
  return useQuery({
    queryKey: [...keys.disagreements, "counts", project],
    queryFn: () =>
      unwrap(GET("/api/double-readings/counts/", { params: { query: { project: project ?? 0 } } })),
    enabled: project !== undefined,
    refetchInterval: ({ state: { data } }) => (data?.comparing ? WHILE_COMPARING_MS : OTHERS_WORK_MS),
  });
}

export function useCase(id: number, enabled = true) {
  return useQuery({
    queryKey: keys.disagreement(id),
    queryFn: () => unwrap(GET("/api/double-readings/{id}/", at(id))),
    enabled,
    refetchInterval: ({ state: { data } }) => (data?.state === "comparing" ? WHILE_COMPARING_MS : false),
  });
}

/** Keeps one's claim of a case while its labels are open and their person at work. */
export function useKeptClaim(id: number, isAtWork: () => boolean, enabled: boolean) {
  return useQuery({
    queryKey: keys.disagreementClaim(id),
    queryFn: async () => {
      if (isAtWork()) await unwrap(POST("/api/double-readings/{id}/claim/", at(id)));
      return null;
    },
    enabled,
    retry: false,
    refetchInterval: EXTENDS_MS,
    staleTime: 0,
  });
}

export const useReleaseCase = () =>
  useAct((id: number) => unwrap(DELETE("/api/double-readings/{id}/claim/", at(id))), [keys.disagreements]);

/** Takes the case and makes the labels to settle it with, or finds those that were begun. */
export const useBeginCase = () =>
  useAct(
    ({ id, from }: { id: number; from: StartFrom }) =>
      unwrap(POST("/api/double-readings/{id}/draft/", { ...at(id), body: { start_from: from } })),
    TOUCHED,
  );

export const useDropDraft = () =>
  useAct((id: number) => unwrap(DELETE("/api/double-readings/{id}/draft/", at(id))), TOUCHED);

export interface Settling {
  readonly id: number;
  /** Revisions that were looked at: of one's own labels and of both readings. */
  readonly base_revision: number;
  readonly first_revision: number;
  readonly second_revision: number;
  readonly comment: string;
}

export const useSettleCase = () =>
  useAct(
    ({ id, ...body }: Settling) => unwrap(POST("/api/double-readings/{id}/settle/", { ...at(id), body })),
    [...TOUCHED, ["label-sets"], keys.readiness],
  );

export const useOpenCase = () =>
  useAct(
    ({ id, reason }: { id: number; reason: string }) =>
      unwrap(POST("/api/double-readings/{id}/open/", { ...at(id), body: { reason } })),
    [keys.disagreements],
  );
