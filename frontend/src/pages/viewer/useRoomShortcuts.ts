import type OpenSeadragon from "openseadragon";
import type { LesionClass } from "@/api/types";
import type { LabelSurface } from "@/surface/LabelSurface";
import type { OpenedSet } from "./labelSet";
import { useWorklistNeighbours } from "../worklist/useWorklistNeighbours";
import type { ActionId } from "./shortcuts";
import type { Proposals } from "./useProposals";
import type { Labelling } from "./useLabelling";
import { useKeys } from "./useKeys";
import { useShortcuts } from "./useShortcuts";
import type { LayerState, Picture } from "./viewSettings";

interface Room {
  readonly opened: OpenedSet | null;
  readonly editing: boolean;
  readonly viewer: OpenSeadragon.Viewer | null;
  readonly surface: LabelSurface | null;
  readonly labelling: Labelling;
  readonly proposals: Proposals;
  readonly classes: readonly LesionClass[];
  readonly layers: LayerState;
  readonly onLayers: (change: Partial<LayerState>) => void;
  readonly onHelp: () => void;
}
/** Returns false where the key means nothing now. */
type Act = (down: boolean) => unknown;

/** What the keys of the reading room do. */
export function useRoomShortcuts(room: Room): void {
  const { opened, editing, viewer, surface, labelling, proposals, classes, layers, onLayers } = room;
  const { keyMap: keys } = useKeys();
  const neighbours = useWorklistNeighbours();
  const doc = opened?.doc ?? null;
  const zoom = (factor: number) => viewer?.viewport.zoomBy(factor).applyConstraints();
  const picture = (one: Picture) => onLayers({ picture: layers.picture === one ? "original" : one });

  const actions: Record<ActionId, Act> = {
    select: () => labelling.chooseTool("select"),
    rect: () => labelling.chooseTool("rect"),
    polygon: () => labelling.chooseTool("polygon"),
    ellipse: () => labelling.chooseTool("ellipse"),
    freehand: () => labelling.chooseTool("freehand"),
    cutting: () => labelling.setCutting(!labelling.cutting),
    finish: () => surface?.finish() || proposals.accept(),
    cancel: () => {
      if (!proposals.discard()) surface?.cancel();
    },
    pan: (down) => surface?.setTool(down ? "select" : labelling.tool),
    undo: () => {
      if (editing && !surface?.stepBack()) doc?.undo();
    },
    redo: () => {
      if (editing) doc?.redo();
    },
    delete: () => {
      if (surface?.stepBack()) return true;
      if (surface?.ownsDeleteKey()) return false;
      labelling.remove();
      return true;
    },
    duplicate: () => labelling.duplicate(surface),
    copy: () => labelling.copy(),
    paste: () => labelling.paste(surface),
    selectAll: () => surface?.select(labelling.ofClass().map(({ uuid }) => uuid)),
    left: () => labelling.nudge(-1, 0),
    right: () => labelling.nudge(1, 0),
    up: () => labelling.nudge(0, -1),
    down: () => labelling.nudge(0, 1),
    farLeft: () => labelling.nudge(-10, 0),
    farRight: () => labelling.nudge(10, 0),
    farUp: () => labelling.nudge(0, -10),
    farDown: () => labelling.nudge(0, 10),
    tighten: () => proposals.tighten(labelling.selected),
    tightenAll: () => proposals.tighten(null),
    findings: () =>
      onLayers(
        editing ? { findingsInDraft: !layers.findingsInDraft } : { showPredictions: !layers.showPredictions },
      ),
    fit: () => viewer?.viewport.goHome(),
    oneToOne: () => {
      const { viewport } = viewer ?? {};
      viewport?.zoomTo(viewport.imageToViewportZoom(1 / window.devicePixelRatio)).applyConstraints();
    },
    zoomIn: () => zoom(1.5),
    zoomOut: () => zoom(1 / 1.5),
    redFree: () => picture("red_free"),
    clahe: () => picture("clahe"),
    outlines: () => onLayers({ outlinesOnly: !layers.outlinesOnly }),
    labels: () => onLayers({ showLabels: !layers.showLabels }),
    bare: (down) => onLayers({ bare: down }),
    map: () => onLayers({ showMap: !layers.showMap }),
    previousImage: () => neighbours.goPrevious(),
    nextImage: () => neighbours.goNext(),
    save: () => {
      void doc?.flush();
    },
    help: () => room.onHelp(),
  };
  useShortcuts({
    keys,
    onAction: (action, down) => actions[action](down) !== false,
    onClass: (index) => {
      const code = classes[index]?.code;
      if (code) labelling.chooseClass(code);
      return code !== undefined;
    },
  });
}
