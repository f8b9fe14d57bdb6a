import { notifications } from "@mantine/notifications";
import { useEffect, useRef, type RefObject } from "react";
import type { FundusImage, LesionClass, Prediction } from "@/api/types";
import { pictureUrl } from "@/components/parts";
import type { ClassLook, SurfaceEvents } from "@/surface/LabelSurface";
import { patternNamed } from "@/surface/patterns";
import type { Drawable } from "@/surface/ShapeBatches";
import type { Region } from "@/surface/shapes";
import { wantedOverlays, type FinishedLabels } from "./layers";
import { Overlays } from "./overlays";
import { useImageViewer } from "./useImageViewer";
import type { Labelling } from "./useLabelling";
import { useSurface } from "./useSurface";
import type { LayerState } from "./viewSettings";

interface Shown {
  readonly image: FundusImage;
  readonly regions: ReadonlyMap<string, Region>;
  readonly editing: boolean;
  readonly classes: readonly LesionClass[];
  readonly layers: LayerState;
  readonly labelling: Labelling;
  readonly predictions: readonly Prediction[];
  /** Labels that nobody is drawing on, for their masks. */
  readonly finished: FinishedLabels | null;
  readonly findings: ReadonlyMap<string, Drawable>;
  readonly onTouching: SurfaceEvents["onTouching"];
  readonly onFinding: SurfaceEvents["onFinding"];
  readonly onPointer: SurfaceEvents["onPointer"];
}

/** The picture, its overlays and the shapes on it, kept as the page says. */
export function useRoomSurface(stage: RefObject<HTMLElement | null>, shown: Shown) {
  const { image, regions, editing, classes, layers, labelling, predictions, finished } = shown;
  const { findings, onTouching, onFinding, onPointer } = shown;
  const { tool, cutting, lesionClass, onDrawn, onEdited, setSelected } = labelling;
  const { viewer, failed } = useImageViewer(stage, pictureUrl(image.id, "original"), image);
  const events = { onDrawn, onEdited, onTouching, onSelected: setSelected, onFinding, onPointer };
  const surface = useSurface(viewer, image, events);

  useEffect(() => surface?.setRegions(regions), [surface, regions]);
  useEffect(() => surface?.setEditable(editing), [surface, editing]);
  useEffect(() => surface?.setCutting(cutting), [surface, cutting]);
  useEffect(() => surface?.setTool(tool), [surface, tool]);
  useEffect(() => surface?.setFindings(findings), [surface, findings]);
  const { bare, hidden, showLabels, labelOpacity, outlinesOnly } = layers;
  useEffect(() => {
    const looks = classes.map(({ code, color, pattern }): [string, ClassLook] => {
      const isShown = !bare && !hidden.has(code);
      const look = { color, pattern: patternNamed(pattern), findingsVisible: isShown };
      return [code, { ...look, visible: isShown && showLabels }];
    });
    surface?.setLook({ classes: new Map(looks), fillOpacity: outlinesOnly ? 0 : labelOpacity });
  }, [surface, classes, bare, hidden, showLabels, labelOpacity, outlinesOnly]);
  useEffect(
    () => surface?.setDrawingClass(lesionClass),
    [surface, lesionClass, classes], // after setLook: the colour is the look's
  );

  const overlays = useRef<Overlays | null>(null);
  useEffect(() => {
    if (!viewer) return;
    const made = new Overlays(viewer, (url, why) =>
      notifications.show({ id: url, color: "orange", message: why }),
    );
    overlays.current = made;
    return () => {
      overlays.current = null;
      made.dispose();
    };
  }, [viewer]);
  const finishedId = finished?.id ?? null;
  const finishedRevision = finished?.revision ?? 0;
  useEffect(() => {
    const labels = finishedId === null ? null : { id: finishedId, revision: finishedRevision };
    const picture = layers.picture === "original" ? null : pictureUrl(image.id, layers.picture);
    overlays.current?.set(wantedOverlays(predictions, layers, { picture, labels, predicted: !editing }));
  }, [viewer, image.id, predictions, layers, editing, finishedId, finishedRevision]);

  return { viewer, surface, failed };
}
