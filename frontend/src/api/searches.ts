/** Searches for better settings. Polling runs only while a search does. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { GET, POST, unwrap } from "./client";
import { keys } from "./keys";
import { useAct, type NewRun } from "./mutations";
import { PAGE_SIZE, WHILE_RUNNING_MS } from "./queries";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type SearchPreset = Schemas["SearchPresetOutput"];
export type Search = Schemas["SearchOutput"];
export type SearchDetail = Schemas["SearchDetailOutput"];
export type Trial = Schemas["TrialOutput"];
export type Dimension = Schemas["DimensionOutput"];

const MOST_TRIALS = 200; // of a search, and of a page

export function useSearchPresets() {
  return useQuery({
    queryKey: keys.searchPresets,
    queryFn: () => unwrap(GET("/api/search-presets/")),
    staleTime: 300_000,
  });
}

export function useSearches(project: number | undefined, page: number) {
  return useQuery({
    queryKey: [...keys.searches, "list", project, page],
    queryFn: () =>
      unwrap(
        GET("/api/searches/", {
          params: { query: { ...(project === undefined ? {} : { project }), page, page_size: PAGE_SIZE } },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: (query) =>
      query.state.data?.results.some(({ state }) => state === "running") ? WHILE_RUNNING_MS : false,
  });
}

export function useSearch(id: number) {
  return useQuery({
    queryKey: keys.search(id),
    queryFn: () => unwrap(GET("/api/searches/{id}/", { params: { path: { id } } })),
    refetchInterval: (query) => (query.state.data?.state === "running" ? WHILE_RUNNING_MS : false),
  });
}

/** All trials of a search, best first. */
export function useTrials(id: number, running: boolean) {
  return useQuery({
    queryKey: [...keys.search(id), "trials", running],
    queryFn: () =>
      unwrap(
        GET("/api/searches/{id}/trials/", { params: { path: { id }, query: { page_size: MOST_TRIALS } } }),
      ),
    refetchInterval: running ? WHILE_RUNNING_MS : false,
    placeholderData: keepPreviousData,
  });
}

export const useStartSearch = () =>
  useAct(
    (body: NewRun & { readonly trials: number }) => unwrap(POST("/api/searches/", { body })),
    [keys.searches, keys.jobs],
  );

export const useCancelSearch = () =>
  useAct(
    (id: number) => unwrap(POST("/api/searches/{id}/cancel/", { params: { path: { id } } })),
    [keys.searches, keys.jobs],
  );

export const useResumeSearch = () =>
  useAct(
    (id: number) => unwrap(POST("/api/searches/{id}/resume/", { params: { path: { id } } })),
    [keys.searches, keys.jobs],
  );
