import OpenSeadragon from "openseadragon";
import { useEffect, useState } from "react";
import type { Point } from "@/surface/shapes";

/** What the next click in the picture places. */
export type Placing = "disc" | "fovea" | "pin" | null;

const CLICK_PX = 5;

/** While something is to be placed, one click in the picture gives its place (image px); Escape gives it up. */
export function usePlacing(
  viewer: OpenSeadragon.Viewer | null,
  onPlaced: (what: NonNullable<Placing>, at: Point) => void,
) {
  const [placing, setPlacing] = useState<Placing>(null);
  useEffect(() => {
    if (!viewer || !placing) return;
    let pressed: { x: number; y: number } | null = null;
    const inPicture = (event: PointerEvent) =>
      event.target instanceof Element &&
      viewer.element.contains(event.target) &&
      !event.target.closest(".navigator");
    const down = (event: PointerEvent) => {
      pressed = null;
      if (!inPicture(event) || event.button !== 0) return;
      event.stopPropagation(); // neither drawing nor choosing nor panning
      pressed = { x: event.clientX, y: event.clientY };
    };
    const up = (event: PointerEvent) => {
      if (!pressed) return;
      const near = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) <= CLICK_PX;
      pressed = null;
      if (!near) return;
      event.stopPropagation();
      setPlacing(null);
      onPlaced(placing, imagePointOf(viewer, event));
    };
    const giveUp = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      setPlacing(null);
    };
    window.addEventListener("pointerdown", down, { capture: true });
    window.addEventListener("pointerup", up, { capture: true });
    window.addEventListener("keydown", giveUp, { capture: true });
    viewer.element.setAttribute("data-placing", "true");
    return () => {
      window.removeEventListener("pointerdown", down, { capture: true });
      window.removeEventListener("pointerup", up, { capture: true });
      window.removeEventListener("keydown", giveUp, { capture: true });
      viewer.element.removeAttribute("data-placing");
    };
  }, [viewer, placing, onPlaced]);
  return { placing, setPlacing };
}

function imagePointOf(viewer: OpenSeadragon.Viewer, event: PointerEvent): Point {
  const box = viewer.element.getBoundingClientRect();
  const inViewer = new OpenSeadragon.Point(event.clientX - box.left, event.clientY - box.top);
  const picture = viewer.world.getItemAt(0);
  const { x, y } = picture.viewerElementToImageCoordinates(inViewer);
  const { x: width, y: height } = picture.getContentSize();
  const within = (value: number, high: number) => Math.round(Math.min(Math.max(value, 0), high) * 10) / 10;
  return [within(x, width), within(y, height)];
}
