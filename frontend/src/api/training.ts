/** Training runs and models: questions. Polling runs only while something is running. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { GET, unwrap } from "./client";
import { keys } from "./keys";
import { isActive, PAGE_SIZE, WHILE_RUNNING_MS } from "./queries";

export function usePresets() {
  return useQuery({
    queryKey: keys.presets,
    queryFn: () => unwrap(GET("/api/presets/")),
    staleTime: 300_000,
  });
}

export function useReadiness(project: number | undefined, task: string, labels: string) {
  return useQuery({
    queryKey: [...keys.readiness, project, task, labels],
    queryFn: () =>
      unwrap(
        GET("/api/training-readiness/", {
          params: {
            query: { project: project ?? 0, task: task as "classifier", ...(labels ? { labels } : {}) },
          },
        }),
      ),
    enabled: project !== undefined,
  });
}

export function useTrainingRuns(page: number) {
  return useQuery({
    queryKey: [...keys.runs, "list", page],
    queryFn: () => unwrap(GET("/api/training-runs/", { params: { query: { page, page_size: PAGE_SIZE } } })),
    placeholderData: keepPreviousData,
    refetchInterval: (query) =>
      query.state.data?.results.some((run) => isActive(run.job?.state)) ? WHILE_RUNNING_MS : false,
  });
}

export function useTrainingRun(id: number) {
  return useQuery({
    queryKey: keys.run(id),
    queryFn: () => unwrap(GET("/api/training-runs/{id}/", { params: { path: { id } } })),
    refetchInterval: (query) => (isActive(query.state.data?.job?.state) ? WHILE_RUNNING_MS : false),
  });
}

export function useEpochs(id: number, running: boolean) {
  return useQuery({
    queryKey: [...keys.run(id), "epochs", running],
    queryFn: () => unwrap(GET("/api/training-runs/{id}/epochs/", { params: { path: { id } } })),
    refetchInterval: running ? WHILE_RUNNING_MS : false,
    placeholderData: keepPreviousData,
  });
}

export function useModels(filter: { task: string; state: string }) {
  return useQuery({
    queryKey: [...keys.models, "list", filter],
    queryFn: () =>
      unwrap(
        GET("/api/models/", {
          params: {
            query: {
              page_size: 100,
              ...(filter.task ? { task: filter.task as "classifier" } : {}),
              ...(filter.state ? { state: filter.state as "candidate" } : {}),
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

export function useModel(id: string) {
  return useQuery({
    queryKey: keys.model(id),
    queryFn: () => unwrap(GET("/api/models/{id}/", { params: { path: { id } } })),
    enabled: id !== "",
  });
}

export const REPORTS_A_PAGE = 5;

/** A model's scores on data that it did not learn from, newest first; asked for again while one is made. */
export function useExternalReports(model: string, page: number) {
  return useQuery({
    queryKey: [...keys.externalReports(model), page],
    queryFn: () =>
      unwrap(
        GET("/api/models/{id}/external-reports/", {
          params: { path: { id: model }, query: { page, page_size: REPORTS_A_PAGE } },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: (query) =>
      query.state.data?.results.some(({ job }) => isActive(job?.state)) ? WHILE_RUNNING_MS : false,
  });
}

/** Who made which model the champion, newest first; of one task or, without a name, of all. */
export function usePromotions(task: string, page: number) {
  return useQuery({
    queryKey: [...keys.promotions, task, page],
    queryFn: () =>
      unwrap(
        GET("/api/promotions/", {
          params: {
            query: { page, page_size: PAGE_SIZE, ...(task ? { task: task as "classifier" } : {}) },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });
}
