/** What the review of a patient asks the server. */
import { useQueries, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { asApiError, errorFromBody } from "./errors";
import { GET, unwrap } from "./client";
import { keys } from "./keys";
import { fetchFindings, ofPrediction } from "./lesions";

const LONG_MS = 300_000;

/** Where a finding lies; null where the places that this takes are not known. */
export interface Place {
  readonly quadrant: string | null;
  readonly toFoveaPx: number | null;
}
export interface Places {
  /** Who says where disc and fovea are: a person's reading, or the picture alone. */
  readonly toldBy: "reading" | "picture" | "nobody";
  readonly hasDisc: boolean;
  readonly hasFovea: boolean;
  readonly discDiameter: number | null;
  readonly of: ReadonlyMap<string, Place>;
}

/** Whose findings: those of a prediction; of none, there being none; today's champion's; or not known yet. */
export type Whose = number | null | "today" | undefined;
const idOf = (whose: Whose) => (typeof whose === "number" ? whose : undefined);
const isTold = (whose: Whose) => whose !== undefined && whose !== null;

export function useFindings(image: number | undefined, whose: Whose) {
  const prediction = idOf(whose);
  return useQuery({
    queryKey: keys.findings(image ?? 0, prediction),
    queryFn: () => fetchFindings(image ?? 0, prediction),
    enabled: image !== undefined && isTold(whose),
    staleTime: 60_000,
  });
}

async function fetchPlaces(image: number, prediction: number | undefined): Promise<Places> {
  const params = { path: { id: image }, query: ofPrediction(prediction) };
  const told = await unwrap(GET("/api/images/{id}/findings/places/", { params }));
  const of = told.findings.map(
    (one) => [one.uuid, { quadrant: one.quadrant, toFoveaPx: one.to_fovea_px }] as const,
  );
  return {
    toldBy: told.told_by,
    hasDisc: told.disc !== null,
    hasFovea: told.fovea !== null,
    discDiameter: told.disc_diameter,
    of: new Map(of),
  };
}

/** Quadrants and distances; the first time an image is asked about it takes the server a second. */
export function useFindingPlaces(image: number | undefined, whose: Whose) {
  const prediction = idOf(whose);
  return useQuery({
    queryKey: keys.findingPlaces(image ?? 0, prediction),
    queryFn: () => fetchPlaces(image ?? 0, prediction),
    enabled: image !== undefined && isTold(whose),
    staleTime: 60_000,
  });
}

export interface GreyMap {
  readonly width: number;
  readonly height: number;
  /** 0 to 255, row by row. */
  readonly values: Uint8Array;
}

/** A prediction's 8-bit map of one class. */
async function fetchMap(prediction: number, lesionClass: string): Promise<GreyMap> {
  const answer = await fetch(`/api/predictions/${prediction}/map/${lesionClass}/`);
  if (!answer.ok) throw errorFromBody(answer.status, await answer.json().catch(() => undefined));
  const bitmap = await createImageBitmap(await answer.blob(), { colorSpaceConversion: "none" });
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  if (!ctx) throw asApiError(new Error("This browser can't read pictures."));
  ctx.drawImage(bitmap, 0, 0);
  bitmap.close();
  const colors = ctx.getImageData(0, 0, width, height).data;
  const values = new Uint8Array(width * height);
  for (let index = 0; index < values.length; index++) values[index] = colors[4 * index] ?? 0;
  return { width, height, values };
}

const combineMaps = (answers: readonly UseQueryResult<GreyMap>[]) => ({
  maps: answers.map(({ data }) => data),
  isPending: answers.some(({ isLoading }) => isLoading),
  error: answers.find(({ error }) => error)?.error ?? null,
});

/** The maps of these classes, each asked for once; `maps` has them in the classes' order as they come. */
export function useMaps(prediction: number | undefined, classes: readonly string[]) {
  return useQueries({
    queries: classes.map((code) => ({
      queryKey: ["predictions", prediction, "map", code],
      queryFn: () => fetchMap(prediction ?? 0, code),
      enabled: prediction !== undefined,
      staleTime: Infinity,
      gcTime: LONG_MS,
    })),
    combine: combineMaps,
  });
}

/** How much of each lesion the models found, eye by eye over the exams. */
export function useLesionBurden(patient: number) {
  return useQuery({
    queryKey: [...keys.patient(patient), "burden"],
    queryFn: () => unwrap(GET("/api/patients/{id}/lesion-burden/", { params: { path: { id: patient } } })),
  });
}
