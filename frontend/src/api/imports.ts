/** Looking into an upload, starting it as chosen, and importing it again without sending it. */
import { useQuery } from "@tanstack/react-query";
import { GET, POST, unwrap } from "./client";
import { keys } from "./keys";
import { useAct } from "./mutations";
import type { components } from "./schema";

export type LabelsPreview = components["schemas"]["LabelsPreviewOutput"];
export type ImportChoices = components["schemas"]["ImportChoicesInputRequest"];

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
