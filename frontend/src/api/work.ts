/** Worklists, assigning, progress and agreement: questions and deeds. */
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { DELETE, GET, PATCH, POST, unwrap } from "./client";
import { keys } from "./keys";
import { useAct } from "./mutations";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type WorklistRow = Schemas["WorklistRowOutput"];
export type WorkState = WorklistRow["state"];
export type Priority = WorklistRow["priority"];
export type ReaderProgress = Schemas["ReaderProgressOutput"];
export type ProjectProgress = Schemas["ProjectProgressOutput"];
export type ReaderPair = Schemas["ReaderPairOutput"];
export type PairFigures = Schemas["PairFiguresOutput"];
export type TrendPoint = Schemas["TrendPointOutput"];
export type AgreementRow = Schemas["AgreementRowOutput"];
export type PairAgreement = Schemas["PairAgreementOutput"];
export type ClassAgreement = Schemas["ClassAgreementOutput"];

export const WORK_PAGE_SIZE = 50;
const WHILE_PENDING_MS = 1_000;

export interface WorklistFilter {
  readonly project: number | undefined;
  readonly state: WorkState | "open" | "";
  readonly search: string;
  readonly page: number;
}

export function useWorklist({ project, state, search, page }: WorklistFilter) {
  return useQuery({
    queryKey: [...keys.worklist, "list", project, state, search, page],
    queryFn: () =>
      unwrap(
        GET("/api/worklist/", {
          params: {
            query: {
              page,
              page_size: WORK_PAGE_SIZE,
              ...(project ? { project } : {}),
              ...(state ? { state } : {}),
              ...(search ? { search } : {}),
            },
          },
        }),
      ),
    enabled: project !== undefined,
    placeholderData: keepPreviousData,
  });
}

export function useWorklistCounts(project: number | undefined) {
  return useQuery({
    queryKey: [...keys.worklist, "counts", project],
    queryFn: () => unwrap(GET("/api/worklist/counts/", { params: { query: project ? { project } : {} } })),
    enabled: project !== undefined,
  });
}

/** The row before or after one of my worklist; `open`: the next that is still to be handed in. */
export async function fetchNeighbour(after: number, which: "next" | "previous" | "open") {
  const query = which === "open" ? { after, open: "1" as const } : { after, direction: which };
  const { row } = await unwrap(GET("/api/worklist/next/", { params: { query } }));
  return row;
}

export function useNeighbour(after: number | null, which: "next" | "previous" | "open") {
  return useQuery({
    queryKey: [...keys.worklist, "neighbour", after, which],
    queryFn: () => fetchNeighbour(after ?? 0, which),
    enabled: after !== null,
  });
}

/** Opens a reading; what earlier pages knew of images goes, since a repeat must not show what it hides. */
export function useOpenAssignment() {
  const queries = useQueryClient();
  return useAct(
    async (id: number) => {
      const opened = await unwrap(POST("/api/assignments/{id}/open/", { params: { path: { id } } }));
      queries.removeQueries({ queryKey: keys.images, type: "inactive" });
      return opened;
    },
    [keys.images, keys.patients, keys.worklist],
  );
}

export interface Assigning {
  readonly users: number[];
  readonly patients?: number[];
  readonly project?: number;
  readonly share_out: boolean;
  readonly priority: Priority;
}

export const useAssign = () =>
  useAct(
    (body: Assigning) => unwrap(POST("/api/assignments/", { body })),
    [keys.patients, keys.images, keys.worklist, keys.progress],
  );

/** What nobody has begun to read; who assigns may take it back. */
export function useWaitingAssignments(project: number, search: string, page: number) {
  return useQuery({
    queryKey: [...keys.progress, project, "waiting", search, page],
    queryFn: () =>
      unwrap(
        GET("/api/assignments/", {
          params: {
            query: {
              project,
              waiting: "1",
              page,
              page_size: WORK_PAGE_SIZE,
              ...(search ? { search } : {}),
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

export const useTakeBack = () =>
  useAct(
    (id: number) => unwrap(DELETE("/api/assignments/{id}/", { params: { path: { id } } })),
    [keys.patients, keys.images, keys.worklist, keys.progress],
  );

export interface ReadingRules {
  readonly readers_per_image: number;
  readonly double_read_percent: number;
  readonly repeat_percent: number;
  readonly lesion_agreement_percent: number;
}

export const useSetReadingRules = () =>
  useAct(
    ({ id, rules }: { id: number; rules: ReadingRules }) =>
      unwrap(PATCH("/api/projects/{id}/", { params: { path: { id } }, body: rules })),
    [keys.projects, keys.disagreements],
  );

export const useSwitchClass = () =>
  useAct(
    ({ id, enabled }: { id: number; enabled: boolean }) =>
      unwrap(PATCH("/api/lesion-classes/{id}/", { params: { path: { id } }, body: { enabled } })),
    [keys.projects],
  );

export function useMembers(project: number, enabled: boolean) {
  return useQuery({
    queryKey: keys.members(project),
    queryFn: () =>
      unwrap(
        GET("/api/projects/{id}/members/", {
          params: { path: { id: project }, query: { page_size: 200 } },
        }),
      ),
    enabled,
  });
}

export const useAddMembers = (project: number) =>
  useAct(
    (users: number[]) =>
      unwrap(POST("/api/projects/{id}/members/", { params: { path: { id: project } }, body: { users } })),
    [keys.members(project)],
  );

export const useRemoveMember = (project: number) =>
  useAct(
    (user: number) =>
      unwrap(DELETE("/api/projects/{id}/members/{user}/", { params: { path: { id: project, user } } })),
    [keys.members(project)],
  );

export function useProjectProgress(project: number) {
  return useQuery({
    queryKey: [...keys.progress, project],
    queryFn: () => unwrap(GET("/api/projects/{id}/progress/", { params: { path: { id: project } } })),
  });
}

export function useReaders(project: number, page: number) {
  return useQuery({
    queryKey: [...keys.progress, project, "readers", page],
    queryFn: () =>
      unwrap(
        GET("/api/projects/{id}/readers/", {
          params: { path: { id: project }, query: { page, page_size: WORK_PAGE_SIZE } },
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

/** Pairs of readers; asked again while lesions of some images are still being compared. */
export function useReaderPairs(project: number | undefined) {
  return useQuery({
    queryKey: [...keys.agreement, project, "pairs"],
    queryFn: () =>
      unwrap(
        GET("/api/projects/{id}/agreement/", {
          params: { path: { id: project ?? 0 }, query: { page_size: 200 } },
        }),
      ),
    enabled: project !== undefined,
    refetchInterval: ({ state: { data } }) =>
      data?.results.some(({ figures }) => figures.pending > 0) ? WHILE_PENDING_MS : false,
  });
}

/** Images read twice, worst first. `fresh` asks again when more figures are there. */
export function useAgreementRows(project: number | undefined, page: number, fresh: number) {
  return useQuery({
    queryKey: [...keys.agreement, project, "images", page, fresh],
    queryFn: () =>
      unwrap(
        GET("/api/projects/{id}/agreement/images/", {
          params: { path: { id: project ?? 0 }, query: { page, page_size: WORK_PAGE_SIZE } },
        }),
      ),
    enabled: project !== undefined,
    placeholderData: keepPreviousData,
  });
}

export interface TrendChoice {
  readonly period: "month" | "week";
  readonly pair_kind: "between" | "within";
  /** The two readers, for repeats the same one twice; empty: everybody. */
  readonly readers: readonly [] | readonly [number, number];
}

/** Agreement by month or week. `fresh` asks again when more figures are there. */
export function useAgreementTrend(project: number | undefined, choice: TrendChoice, fresh: number) {
  const [first, second] = choice.readers;
  return useQuery({
    queryKey: [...keys.agreement, project, "trend", choice, fresh],
    queryFn: () =>
      unwrap(
        GET("/api/projects/{id}/agreement/trend/", {
          params: {
            path: { id: project ?? 0 },
            query: {
              period: choice.period,
              pair_kind: choice.pair_kind,
              ...(first !== undefined && second !== undefined ? { first, second } : {}),
            },
          },
        }),
      ),
    enabled: project !== undefined,
    placeholderData: keepPreviousData,
  });
}

export function useImageAgreement(image: number) {
  return useQuery({
    queryKey: [...keys.agreement, "image", image],
    queryFn: () => unwrap(GET("/api/images/{id}/agreement/", { params: { path: { id: image } } })),
  });
}

export const useMerge = (image: number) =>
  useAct(
    (body: { first: number; second: number }) =>
      unwrap(POST("/api/images/{id}/merge/", { params: { path: { id: image } }, body })),
    [keys.agreement, keys.images, keys.patients],
  );
