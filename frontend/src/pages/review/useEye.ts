import { useMemo, useState } from "react";
import { useFindingPlaces, useFindings, useMaps, type Whose } from "@/api/review";
import type { ReviewDetail } from "@/api/reviews";
import { useImageDecision, useLabelSet, useLabelSets, usePredictions } from "@/api/queries";
import { useModel } from "@/api/training";
import type { LabelSet, LabelSetDetail, LesionClass, Prediction } from "@/api/types";
import { parseShape, type Region } from "@/surface/shapes";
import { addedRows, rowsOf, type FindingRow } from "./findings";
import { labelledPixels } from "./labelledPixels";
import { rgbOf, sparseMap } from "./probability";
import type { ExamImage } from "./exams";
import type { ShownMap } from "./MapLayer";
import type { ReviewLayers } from "./layers";

const NO_CLASSES: readonly string[] = [];
const NO_SETS: readonly LabelSet[] = [];
const NO_ROWS: readonly FindingRow[] = [];
const USABLE_FROM = 0.5; // where a card says nothing

/** The answer that is judged; without a review the champion's where there is one, else the newest. */
export function spokenBy(
  predictions: readonly Prediction[],
  task: string,
  whose: Whose,
): Prediction | undefined {
  if (whose !== "today") return predictions.find(({ id }) => id === whose);
  const asked = predictions.filter((one) => one.task === task);
  return asked.find(({ model_state }) => model_state === "champion") ?? asked[0];
}

/** The version of the review that is looked at; "none" without one, undefined while that isn't known. */
export type Judging = ReviewDetail | "none" | undefined;

/** The image as the review that is shown has it; undefined without one. */
export const judgedImage = (judging: Judging, image: number | undefined) =>
  judging === "none" ? undefined : judging?.images.find((one) => one.image === image);

/**
 * Whose answers are shown of an image: the very ones that the review judges, so that nobody judges what they
 * don't see.
 */
export function judgedOf(
  judging: Judging,
  image: number | undefined,
): { segmenter: Whose; classifier: Whose } {
  if (judging === undefined) return { segmenter: undefined, classifier: undefined };
  const judged = judgedImage(judging, image);
  if (!judged) return { segmenter: "today", classifier: "today" };
  return { segmenter: judged.prediction, classifier: judged.classifier };
}

/** Labels to compare with: the newest accepted ones, else the newest handed in. */
export function firstChoice(sets: readonly LabelSet[]): LabelSet | undefined {
  const drawn = sets.filter(({ classes_looked_for: classes }) => classes.length > 0);
  const newest = (state: string) => drawn.findLast((one) => one.state === state);
  return newest("accepted") ?? newest("submitted");
}

/** The thresholds that are frozen into a model's card, by class. */
export function cardThresholds(card: Readonly<Record<string, unknown>> | undefined): Map<string, number> {
  const told = (card?.["thresholds"] ?? {}) as Readonly<Record<string, { value?: unknown }>>;
  return new Map(
    Object.entries(told).flatMap(([code, { value }]) => (typeof value === "number" ? [[code, value]] : [])),
  );
}

const regionsOf = (set: LabelSetDetail | undefined): ReadonlyMap<string, Region> =>
  new Map(
    (set?.regions ?? []).flatMap((one): [string, Region][] => {
      const shape = parseShape(one.shape, one.geometry);
      if (!shape) return [];
      return [[one.uuid, { ...shape, uuid: one.uuid, lesionClass: one.lesion_class, origin: one.origin }]];
    }),
  );

/** All that is known of one side's image: what models and people say, as far as the layers ask for it. */
export function useEye(
  image: ExamImage | undefined,
  classes: readonly LesionClass[],
  layers: ReviewLayers,
  judging: Judging,
) {
  const id = image?.id;
  const predictions = usePredictions(id ?? 0, id !== undefined);
  const judged = judgedOf(judging, id);
  const segmenter = spokenBy(predictions.data?.results ?? [], "segmenter", judged.segmenter);
  const classifier = spokenBy(predictions.data?.results ?? [], "classifier", judged.classifier);
  const model = useModel(segmenter?.model ?? "");
  const thresholds = useMemo(() => cardThresholds(model.data?.card), [model.data]);
  const findings = useFindings(id, judged.segmenter);
  const places = useFindingPlaces(id, judged.segmenter);
  const decision = useImageDecision(id ?? 0, id !== undefined);

  const listed = useLabelSets(id ?? 0, undefined, id !== undefined);
  const sets = listed.data?.results ?? NO_SETS;
  const [choice, chooseLabels] = useState<number | null>(null);
  const chosen = sets.find((one) => one.id === choice) ?? firstChoice(sets);
  const drawn = useLabelSet(layers.labels || layers.maps === "difference" ? (chosen?.id ?? null) : null);
  const regions = useMemo(() => regionsOf(drawn.data), [drawn.data]);

  const mapped = layers.maps === "off" ? NO_CLASSES : (segmenter?.classes ?? NO_CLASSES);
  const { maps, isPending, error } = useMaps(segmenter?.id, mapped);
  const lookedFor = drawn.data?.classes_looked_for ?? NO_CLASSES;
  const compares = layers.maps === "difference";
  const allMaps = useMemo(
    () =>
      mapped.flatMap((code, index): ShownMap[] => {
        const map = maps[index];
        if (!map || !image || (compares && !lookedFor.includes(code))) return [];
        const labelled = compares ? labelledPixels(regions, code, map, image.width / map.width) : null;
        return [
          {
            lesionClass: code,
            map: sparseMap(map.values, map, labelled),
            color: rgbOf(classes.find((one) => one.code === code)?.color ?? ""),
            cardThreshold: thresholds.get(code) ?? USABLE_FROM,
          },
        ];
      }),
    [mapped, maps, image, compares, lookedFor, regions, classes, thresholds],
  );
  const rows = useMemo(() => {
    if (!image) return NO_ROWS;
    const found = findings.data ? rowsOf(image, findings.data.findings, places.data) : NO_ROWS;
    return [...found, ...addedRows(image, judgedImage(judging, image.id)?.added ?? [])];
  }, [image, findings.data, places.data, judging]);
  return {
    image,
    predictions,
    segmenter,
    classifier,
    thresholds,
    findings,
    places,
    decision,
    sets,
    chosen,
    chooseLabels,
    regions,
    /** Classes that the compared labels say nothing about. */
    notLookedFor: compares && drawn.data ? mapped.filter((code) => !lookedFor.includes(code)) : NO_CLASSES,
    maps: allMaps,
    mapsPending: isPending || (compares && drawn.isLoading),
    mapsError: error,
    rows,
  };
}

export type EyeData = ReturnType<typeof useEye>;
