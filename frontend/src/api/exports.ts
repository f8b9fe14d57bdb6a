/** Exports: started, followed, downloaded by the one who asked. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { GET, POST, unwrap } from "./client";
import { keys } from "./keys";
import { useAct } from "./mutations";
import { isActive } from "./queries";
import type { components } from "./schema";

export type Export = components["schemas"]["ExportOutput"];
export type ExportKind = Export["kind"];
export type NewExport = components["schemas"]["ExportInputRequest"];

const EXPORTS = ["exports"] as const;
export const EXPORTS_PER_PAGE = 25;

export const exportFileUrl = (id: number) => `/api/exports/${id}/file/`;

/** The person's own exports of a project, asked for again while one of them is being made. */
export function useExports(project: number | undefined, page: number) {
  return useQuery({
    queryKey: [...EXPORTS, project, page],
    queryFn: () =>
      unwrap(
        GET("/api/exports/", {
          params: { query: { page, page_size: EXPORTS_PER_PAGE, ...(project ? { project } : {}) } },
        }),
      ),
    enabled: project !== undefined,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) =>
      data?.results.some((one) => isActive(one.job?.state)) ? 1_500 : false,
  });
}

/** What an export can be narrowed to: files and people; `waiting`: also with labels nobody has accepted yet. */
export function useLabelSources(project: number | undefined, waiting: boolean) {
  return useQuery({
    queryKey: [...EXPORTS, "sources", project, waiting],
    queryFn: () =>
      unwrap(
        GET("/api/label-sources/", { params: { query: { project: project ?? 0, waiting, page_size: 200 } } }),
      ),
    enabled: project !== undefined,
    placeholderData: keepPreviousData,
  });
}

export const useStartExport = () =>
  useAct((body: NewExport) => unwrap(POST("/api/exports/", { body })), [EXPORTS, keys.jobs]);

/** The frozen datasets of a project, the newest first. */
export function useDatasetVersions(project: number | undefined, enabled: boolean) {
  return useQuery({
    queryKey: ["dataset-versions", project],
    queryFn: () =>
      unwrap(
        GET("/api/dataset-versions/", {
          params: { query: { page_size: 200, ...(project ? { project } : {}) } },
        }),
      ),
    enabled: enabled && project !== undefined,
  });
}
