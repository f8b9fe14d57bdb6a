/** How images come in: what their names tell, and text in their corners. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { GET, POST, PUT, unwrap } from "./client";
import { useAct } from "./mutations";

const burnedText = ["burned-text"] as const;
const patterns = ["file-name-pattern"] as const;

export type TextState = "found" | "blanked" | "dismissed";

export function useFileNamePattern(project: number) {
  return useQuery({
    queryKey: [...patterns, project],
    queryFn: () =>
      unwrap(GET("/api/projects/{id}/file-name-pattern/", { params: { path: { id: project } } })),
  });
}

export const useSetFileNamePattern = (project: number) =>
  useAct(
    (pattern: string) =>
      unwrap(
        PUT("/api/projects/{id}/file-name-pattern/", {
          params: { path: { id: project } },
          body: { pattern },
        }),
      ),
    [patterns],
  );

/** What a pattern makes of names; nothing is asked without either. */
export function useFileNamePreview(project: number, pattern: string, names: readonly string[]) {
  return useQuery({
    queryKey: [...patterns, project, "preview", pattern, names],
    queryFn: () =>
      unwrap(
        POST("/api/projects/{id}/file-name-pattern/preview/", {
          params: { path: { id: project } },
          body: { pattern, names: [...names] },
        }),
      ),
    enabled: pattern !== "" && names.length > 0,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

export function useBurnedText(batch: number, page: number) {
  return useQuery({
    queryKey: [...burnedText, batch, page],
    queryFn: () => unwrap(GET("/api/burned-text/", { params: { query: { batch, page, page_size: 12 } } })),
    placeholderData: keepPreviousData,
  });
}

export const useDecideBurnedText = () =>
  useAct(
    (body: { state: "blanked" | "dismissed"; images?: number[]; batch?: number }) =>
      unwrap(POST("/api/burned-text/", { body })),
    [burnedText],
  );
