/** Which overlay pictures the layer switches ask for. Pure. */
import type { LayerState } from "./LayersPanel";
import type { Overlay } from "./overlays";

export interface PredictedLayers {
  readonly id: number;
  readonly task: string;
  readonly model_state: string;
  readonly classes: readonly string[];
  readonly has_heatmap: boolean;
}

/** Labels that nobody is drawing on now; another revision is another picture. */
export interface FinishedLabels {
  readonly id: number;
  readonly revision: number;
}

/** The champion's prediction speaks where it has the kind of overlay, else the newest that has. */
export function wantedOverlays(
  predictions: readonly PredictedLayers[],
  layers: LayerState,
  labels: FinishedLabels | null = null,
): Overlay[] {
  const opacity = layers.overlayOpacity;
  const wanted: Overlay[] = [];
  if (labels && layers.showMasks) {
    const url = `/api/label-sets/${labels.id}/mask-preview/?revision=${labels.revision}`;
    wanted.push({ url, opacity });
  }
  const isChampion = ({ model_state }: PredictedLayers) => model_state === "champion";
  const first = [...predictions].sort((a, b) => Number(isChampion(b)) - Number(isChampion(a)));
  const heat = first.find(({ has_heatmap }) => has_heatmap);
  if (heat && layers.showHeatmap) wanted.push({ url: `/api/predictions/${heat.id}/heatmap/`, opacity });
  const lesions = first.find(({ task, classes }) => task === "segmenter" && classes.length > 0);
  if (lesions && layers.showPredictions) {
    for (const code of lesions.classes) {
      if (layers.hidden.has(code)) continue;
      wanted.push({ url: `/api/predictions/${lesions.id}/overlay/${code}/`, opacity });
    }
  }
  return wanted;
}
