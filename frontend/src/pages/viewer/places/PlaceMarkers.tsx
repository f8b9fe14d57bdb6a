import OpenSeadragon from "openseadragon";
import { useEffect } from "react";
import type { Point } from "@/surface/shapes";

export interface Marker {
  readonly key: string;
  readonly kind: "disc" | "fovea" | "pin";
  readonly at: Point;
  readonly label: string;
  /** Only proposed, by the picture itself. */
  readonly ghost: boolean;
}

/** Small marks that keep their size while the picture is zoomed. */
export function PlaceMarkers({
  viewer,
  markers,
}: {
  viewer: OpenSeadragon.Viewer | null;
  markers: readonly Marker[];
}) {
  useEffect(() => {
    if (!viewer) return;
    const placed = markers.map((marker) => {
      const element = document.createElement("div");
      element.className = "place-marker";
      element.dataset["kind"] = marker.kind;
      element.dataset["ghost"] = String(marker.ghost);
      element.title = marker.label;
      element.textContent = marker.kind === "pin" ? marker.key : marker.kind === "disc" ? "D" : "F";
      const [x, y] = marker.at;
      const location = viewer.world.getItemAt(0).imageToViewportCoordinates(x, y);
      // A pin stands above its place, so that it hides no lesion there.
      const placement =
        marker.kind === "pin" ? OpenSeadragon.Placement.BOTTOM : OpenSeadragon.Placement.CENTER;
      viewer.addOverlay({ element, location, placement, checkResize: false });
      return element;
    });
    viewer.forceRedraw(); // OpenSeadragon places new ones with its next frame, which may be long in coming
    return () => placed.forEach((element) => viewer.removeOverlay(element));
  }, [viewer, markers]);
  return null;
}
