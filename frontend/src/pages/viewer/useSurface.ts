import type OpenSeadragon from "openseadragon";
import { useEffect, useRef, useState } from "react";
import { AnnotoriousSurface } from "@/surface/AnnotoriousSurface";
import type { LabelSurface, SurfaceEvents } from "@/surface/LabelSurface";

/** A LabelSurface on the viewer; `events` may change between renders. */
export function useSurface(
  viewer: OpenSeadragon.Viewer | null,
  image: { readonly width: number; readonly height: number },
  events: SurfaceEvents,
): LabelSurface | null {
  const [surface, setSurface] = useState<LabelSurface | null>(null);
  const latest = useRef(events);
  useEffect(() => {
    latest.current = events;
  });
  const { width, height } = image;
  useEffect(() => {
    if (!viewer) return;
    const made = new AnnotoriousSurface({
      viewer,
      image: { width, height },
      events: {
        onDrawn: (drawn) => latest.current.onDrawn(drawn),
        onEdited: (edited) => latest.current.onEdited(edited),
        onTouching: (touching) => latest.current.onTouching(touching),
        onSelected: (uuids) => latest.current.onSelected(uuids),
        onFinding: (uuid) => latest.current.onFinding(uuid),
        onPointer: (pointed) => latest.current.onPointer(pointed),
      },
    });
    setSurface(made);
    return () => {
      setSurface(null);
      made.destroy();
    };
  }, [viewer, width, height]);
  return surface;
}
