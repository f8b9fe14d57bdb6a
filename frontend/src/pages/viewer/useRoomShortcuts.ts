import type OpenSeadragon from "openseadragon";
import type { LesionClass } from "@/api/types";
import type { LabelSurface } from "@/surface/LabelSurface";
import type { OpenedSet } from "./labelSet";
import type { LayerState } from "./LayersPanel";
import type { Shortcut } from "./shortcuts";
import type { Labelling } from "./useLabelling";
import { useShortcuts } from "./useShortcuts";

interface Room {
  readonly opened: OpenedSet | null;
  readonly editing: boolean;
  readonly viewer: OpenSeadragon.Viewer | null;
  readonly surface: LabelSurface | null;
  readonly labelling: Labelling;
  readonly classes: readonly LesionClass[];
  readonly layers: LayerState;
  readonly onLayers: (change: Partial<LayerState>) => void;
  readonly onHelp: () => void;
}

/** What the keys of the reading room do. */
export function useRoomShortcuts(room: Room): void {
  const { opened, editing, viewer, surface, labelling, classes, layers, onLayers } = room;
  const doc = opened?.doc ?? null;
  const zoom = (factor: number) => viewer?.viewport.zoomBy(factor).applyConstraints();

  const onShortcut = (shortcut: Shortcut): boolean => {
    switch (shortcut.do) {
      case "undo":
        if (editing && !surface?.stepBack()) doc?.undo();
        return true;
      case "redo":
        if (editing) doc?.redo();
        return true;
      case "save":
        void doc?.flush();
        return true;
      case "finish":
        return surface?.finish() ?? false;
      case "delete":
        if (surface?.stepBack()) return true;
        if (surface?.ownsDeleteKey()) return false;
        labelling.remove();
        return true;
      case "cancel":
        surface?.cancel();
        return true;
      case "tool":
        labelling.chooseTool(shortcut.tool);
        return true;
      case "class": {
        const code = classes[shortcut.index]?.code;
        if (code) labelling.chooseClass(code);
        return code !== undefined;
      }
      case "fit":
        viewer?.viewport.goHome();
        return true;
      case "zoomIn":
        zoom(1.5);
        return true;
      case "zoomOut":
        zoom(1 / 1.5);
        return true;
      case "toggleLabels":
        onLayers({ showLabels: !layers.showLabels });
        return true;
      case "toggleOverlays":
        onLayers({ showPredictions: !layers.showPredictions });
        return true;
      case "help":
        room.onHelp();
        return true;
    }
  };
  useShortcuts({ onShortcut, onPan: (held) => surface?.setTool(held ? "select" : labelling.tool) });
}
