/** What signed reviews and their own scores say of the models; and alarms about champions. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { GET, POST, unwrap } from "./client";
import { keys } from "./keys";
import { useAct } from "./mutations";
import { PAGE_SIZE } from "./queries";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type WatchedModel = Schemas["WatchedModelOutput"];
export type WatchedModelDetail = Schemas["WatchedModelDetailOutput"];
export type DecisionFigures = Schemas["DecisionFiguresOutput"];
export type FindingFigures = Schemas["FindingFiguresOutput"];
export type PlaceFigures = Schemas["PlaceFiguresOutput"];
export type ClassFigures = Schemas["ClassFiguresOutput"];
export type Score = Schemas["ScoreOutput"];
export type ScoreDetail = Schemas["ScoreDetailOutput"];
export type Share = Schemas["ShareOutput"];
export type Limits = Schemas["LimitsOutput"];
export type ModelAlarm = Schemas["ModelAlarmOutput"];

const LOOK_AGAIN_MS = 60_000;

export const watchCsvUrl = (model: string, weeks: number) =>
  `/api/watched-models/${model}/csv/?weeks=${weeks}`;

export function useWatchedModels(project: number | undefined, weeks: number, page: number) {
  return useQuery({
    queryKey: [...keys.watch, project, weeks, page],
    queryFn: () =>
      unwrap(
        GET("/api/watched-models/", {
          params: { query: { project: project ?? 0, weeks, page, page_size: PAGE_SIZE } },
        }),
      ),
    enabled: project !== undefined,
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_AGAIN_MS,
  });
}

export function useWatchedModel(id: string, weeks: number) {
  return useQuery({
    queryKey: [...keys.watch, id, weeks],
    queryFn: () => unwrap(GET("/api/watched-models/{id}/", { params: { path: { id }, query: { weeks } } })),
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_AGAIN_MS,
  });
}

/** Alarms of a project that nobody has acknowledged (new), or that have not ended (open). */
export function useModelAlarms(project: number | undefined, state: "new" | "open", enabled = true) {
  return useQuery({
    queryKey: [...keys.watch, "alarms", project, state],
    queryFn: () => unwrap(GET("/api/model-alarms/", { params: { query: { project: project ?? 0, state } } })),
    enabled: enabled && project !== undefined,
    refetchInterval: LOOK_AGAIN_MS,
  });
}

/** Every alarm there ever was about a model, newest first. */
export function useAlarmsOf(model: string) {
  return useQuery({
    queryKey: [...keys.watch, "alarms", model],
    queryFn: () => unwrap(GET("/api/model-alarms/", { params: { query: { model, state: "all" } } })),
  });
}

export const useAcknowledgeAlarm = () =>
  useAct(
    ({ id, reason }: { readonly id: number; readonly reason: string }) =>
      unwrap(POST("/api/model-alarms/{id}/acknowledge/", { params: { path: { id } }, body: { reason } })),
    [keys.watch],
  );
