import { useCallback, useMemo, useState } from "react";
import { usePreference } from "@/preferences/usePreferences";
import {
  DEFAULT_VIEW,
  FIRST_LAYERS,
  parseView,
  type LayerState,
  type Momentary,
  type ViewSettings,
} from "./viewSettings";

/** How the room looks: what is kept for the person, and what holds for this image only. */
export function useViewSettings(): [LayerState, (change: Partial<LayerState>) => void] {
  const [view, setView] = usePreference<ViewSettings>("view", parseView);
  const [moment, setMoment] = useState<Momentary>(FIRST_LAYERS);
  const change = useCallback(
    (next: Partial<LayerState>) => {
      const kept = Object.entries(next).filter(([name]) => name in DEFAULT_VIEW);
      const passing = Object.entries(next).filter(([name]) => !(name in DEFAULT_VIEW));
      if (kept.length > 0) setView({ ...view, ...Object.fromEntries(kept) });
      if (passing.length > 0) setMoment((before) => ({ ...before, ...Object.fromEntries(passing) }));
    },
    [view, setView],
  );
  const layers = useMemo(() => ({ ...moment, ...view }), [view, moment]);
  return [layers, change];
}
