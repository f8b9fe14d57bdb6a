/** One hook per thing that the pages ask the server to do; each refreshes what it changed. */
import { useMutation, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { PATCH, POST, unwrap } from "./client";
import { keys } from "./keys";

export function useAct<Input, Output>(act: (input: Input) => Promise<Output>, touches: readonly QueryKey[]) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: () => Promise.all(touches.map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
}

export const useCancelJob = () =>
  useAct(
    (id: string) => unwrap(POST("/api/jobs/{id}/cancel/", { params: { path: { id } } })),
    [keys.jobs, keys.runs, keys.imports, keys.models],
  );

export const useStartPrediction = () =>
  useAct(
    (body: { project: number; patients?: number[]; images?: number[]; outdated?: boolean; new?: boolean }) =>
      unwrap(POST("/api/predictions/", { body: { outdated: false, new: false, ...body } })),
    [keys.jobs],
  );

export const useBuildMasks = () =>
  useAct((body: { project: number }) => unwrap(POST("/api/masks/build/", { body })), [keys.jobs]);

export const useOpenReading = () =>
  useAct(
    (image: number) => unwrap(POST("/api/images/{id}/label-sets/", { params: { path: { id: image } } })),
    [keys.images, keys.patients, keys.decisions, keys.worklist],
  );

export const useCorrectImage = (id: number) =>
  useAct(
    (body: { eye: "OD" | "OS" | ""; field: string }) =>
      unwrap(PATCH("/api/images/{id}/", { params: { path: { id } }, body })),
    [keys.images, keys.patients, keys.decisions, keys.worklist, keys.agreement],
  );

export const useSubmitLabels = () =>
  useAct(
    ({ id, revision }: { id: number; revision: number }) =>
      unwrap(
        POST("/api/label-sets/{id}/submit/", { params: { path: { id } }, body: { base_revision: revision } }),
      ),
    [
      ["label-sets"],
      keys.images,
      keys.patients,
      keys.decisions,
      keys.readiness,
      keys.worklist,
      keys.agreement,
    ],
  );

export interface Judgement {
  readonly id: number;
  /** What the judge looked at: a newer one is not judged by it. */
  readonly revision: number;
  readonly verdict: "accept" | "return";
  readonly comment: string;
}

export const useJudgeLabels = () =>
  useAct(
    ({ id, revision, verdict, comment }: Judgement) => {
      const request = { params: { path: { id } }, body: { comment, base_revision: revision } };
      return verdict === "accept"
        ? unwrap(POST("/api/label-sets/{id}/accept/", request))
        : unwrap(POST("/api/label-sets/{id}/return/", request));
    },
    [["label-sets"], keys.images, keys.patients, keys.decisions, keys.readiness, keys.agreement],
  );

export const useJudgeQuality = () =>
  useAct(
    (said: { image: number; grade: "good" | "usable" | "ungradable"; reason: string }) =>
      unwrap(
        POST("/api/images/{id}/quality/", {
          params: { path: { id: said.image } },
          body: { grade: said.grade, reason: said.reason },
        }),
      ),
    [keys.images, keys.patients, keys.decisions],
  );

export interface NewImport {
  readonly project: number;
  readonly kind: "images" | "via" | "masks" | "coco";
  readonly accept: boolean;
  readonly dry_run: boolean;
  readonly skip_bad_rows: boolean;
  readonly assign_to: number[];
  readonly options?: Record<string, unknown>;
}

export const useCreateImport = () =>
  useAct((body: NewImport) => unwrap(POST("/api/imports/", { body })), [keys.imports]);

export const useStartImport = () =>
  useAct(
    (id: number) => unwrap(POST("/api/imports/{id}/start/", { params: { path: { id } } })),
    [keys.imports, keys.jobs],
  );

export interface NewRun {
  readonly project: number;
  readonly task: "classifier" | "segmenter";
  readonly preset: string;
  readonly labels: string;
  readonly seed: number;
  readonly settings?: Record<string, unknown>;
}

export const useStartTraining = () =>
  useAct((body: NewRun) => unwrap(POST("/api/training-runs/", { body })), [keys.runs, keys.jobs]);

export const usePromote = () =>
  useAct(
    ({ id, reason }: { id: string; reason: string }) =>
      unwrap(POST("/api/models/{id}/promote/", { params: { path: { id } }, body: { reason } })),
    [keys.models, keys.decisions],
  );

export const useRollBack = () =>
  useAct(
    (id: string) => unwrap(POST("/api/models/{id}/roll-back/", { params: { path: { id } } })),
    [keys.models, keys.decisions],
  );

export const useScoreElsewhere = () =>
  useAct(
    ({ model, dataset }: { model: string; dataset: number }) =>
      unwrap(
        POST("/api/models/{id}/external-reports/", { params: { path: { id: model } }, body: { dataset } }),
      ),
    [keys.models, keys.jobs],
  );

export const useCompareWithChampion = () =>
  useAct(
    (id: string) => unwrap(POST("/api/models/{id}/comparisons/", { params: { path: { id } } })),
    [keys.models, keys.jobs],
  );
