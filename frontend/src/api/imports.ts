/** Imports: listed and followed, looked into, started as chosen, repeated without being sent again. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { GET, POST, unwrap } from "./client";
import { keys } from "./keys";
import { useAct } from "./mutations";
import { isActive, PAGE_SIZE, WHILE_RUNNING_MS } from "./queries";
import type { components } from "./schema";

export type LabelsPreview = components["schemas"]["LabelsPreviewOutput"];
export type ImportChoices = components["schemas"]["ImportChoicesInputRequest"];

export function useImports(project: number | undefined, page: number) {
  return useQuery({
    queryKey: [...keys.imports, "list", project, page],
    queryFn: () => unwrap(GET("/api/imports/", { params: { query: { page, page_size: PAGE_SIZE } } })),
    placeholderData: keepPreviousData,
    refetchInterval: (query) =>
      query.state.data?.results.some((one) => one.state === "started") ? WHILE_RUNNING_MS : false,
  });
}

export function useImport(id: number) {
  return useQuery({
    queryKey: keys.import(id),
    queryFn: () => unwrap(GET("/api/imports/{id}/", { params: { path: { id } } })),
    // The import ends a moment before its job does: ask until both have.
    refetchInterval: ({ state: { data } }) =>
      data?.state === "started" || isActive(data?.job?.state) ? WHILE_RUNNING_MS : false,
  });
}

export function useImportProblems(id: number, page: number, fresh: string) {
  return useQuery({
    queryKey: [...keys.import(id), "problems", page, fresh],
    queryFn: () =>
      unwrap(
        GET("/api/imports/{id}/problems/", { params: { path: { id }, query: { page, page_size: 50 } } }),
      ),
    placeholderData: keepPreviousData,
  });
}

export function useLabelsPreview(id: number) {
  return useQuery({
    queryKey: [...keys.import(id), "preview"],
    queryFn: () => unwrap(GET("/api/imports/{id}/preview/", { params: { path: { id } } })),
    staleTime: Infinity,
    retry: false,
  });
}

export const useStartChosen = () =>
  useAct(
    ({ id, choices }: { id: number; choices: ImportChoices }) =>
      unwrap(POST("/api/imports/{id}/start/", { params: { path: { id } }, body: choices })),
    [keys.imports, keys.jobs],
  );

export const useImportAgain = () =>
  useAct(
    ({ id, choices }: { id: number; choices: ImportChoices }) =>
      unwrap(POST("/api/imports/{id}/again/", { params: { path: { id } }, body: choices })),
    [keys.imports],
  );
