/** Which overlay pictures the layer switches ask for. Pure. */
import type { Overlay } from "./overlays";
import type { LayerState } from "./viewSettings";

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

export interface Shown {
  /** Address of another picture that stands in for the original; null: the original itself. */
  readonly picture: string | null;
  readonly labels: FinishedLabels | null;
  /** False while the findings are shown as shapes instead. */
  readonly predicted: boolean;
}

/** The champion's prediction speaks where it has the kind of overlay, else the newest that has. */
export function wantedOverlays(
  predictions: readonly PredictedLayers[],
  layers: LayerState,
  { picture, labels, predicted }: Shown = { picture: null, labels: null, predicted: true },
): Overlay[] {
  const opacity = layers.overlayOpacity;
  const wanted: Overlay[] = picture ? [{ url: picture, opacity: 1, isPicture: true }] : [];
  if (layers.bare) return wanted;
  if (labels && layers.showMasks) {
    const url = `/api/label-sets/${labels.id}/mask-preview/?revision=${labels.revision}`;
    wanted.push({ url, opacity });
  }
  const isChampion = ({ model_state }: PredictedLayers) => model_state === "champion";
  const first = [...predictions].sort((a, b) => Number(isChampion(b)) - Number(isChampion(a)));
  const heat = first.find(({ has_heatmap }) => has_heatmap);
  if (heat && layers.showHeatmap) wanted.push({ url: `/api/predictions/${heat.id}/heatmap/`, opacity });
  const lesions = first.find(({ task, classes }) => task === "segmenter" && classes.length > 0);
  if (lesions && layers.showPredictions && predicted) {
    for (const code of lesions.classes) {
      if (layers.hidden.has(code)) continue;
      wanted.push({ url: `/api/predictions/${lesions.id}/overlay/${code}/`, opacity });
    }
  }
  return wanted;
}
