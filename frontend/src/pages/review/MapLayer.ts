import type OpenSeadragon from "openseadragon";
import { differenceColors, levelOf, paint, probabilityColors, type Rgb, type SparseMap } from "./probability";
import type { Thresholds } from "./thresholds";

export interface ShownMap {
  readonly lesionClass: string;
  readonly map: SparseMap;
  readonly color: Rgb;
  readonly cardThreshold: number;
}
export interface MapLook {
  readonly mode: "probability" | "difference";
  readonly opacity: number;
}
interface Painted {
  readonly shown: ShownMap;
  readonly canvas: HTMLCanvasElement;
  readonly picture: ImageData;
  readonly pixels: Uint32Array;
  /** What it was painted with last. */
  painted: string;
}

/**
 * Probability maps over the photograph, a canvas for each class. They follow the view by a CSS transform, so that
 * panning paints nothing, and another threshold repaints only the class it is of.
 */
export class MapLayer {
  private readonly holder = document.createElement("div");
  private maps = new Map<string, Painted>();
  private look: MapLook = { mode: "probability", opacity: 0.6 };
  private scheduled = 0;
  private readonly unsubscribe: () => void;

  constructor(
    private readonly viewer: OpenSeadragon.Viewer,
    private readonly thresholds: Thresholds,
  ) {
    this.holder.className = "map-layer";
    // Below the shapes, which are the last in the viewer.
    viewer.canvas.insertBefore(this.holder, viewer.canvas.querySelector(".region-stage"));
    viewer.addHandler("update-viewport", this.follow);
    this.unsubscribe = thresholds.subscribe(this.later);
  }

  set(shown: readonly ShownMap[], look: MapLook): void {
    const kept = new Map<string, Painted>();
    for (const one of shown) {
      const before = this.maps.get(one.lesionClass);
      const same = before?.shown.map === one.map ? { ...before, shown: one } : null;
      const made = same ?? painted(one);
      if (made) kept.set(one.lesionClass, made);
    }
    this.maps = kept;
    this.holder.replaceChildren(...[...kept.values()].map(({ canvas }) => canvas));
    this.holder.style.opacity = String(look.opacity);
    this.look = look;
    this.paintAll();
    this.follow();
  }

  destroy(): void {
    cancelAnimationFrame(this.scheduled);
    this.unsubscribe();
    this.viewer.removeHandler("update-viewport", this.follow);
    this.holder.remove();
  }

  /** Paints with the next frame, however often the slider says something. */
  private readonly later = (): void => {
    this.scheduled ||= requestAnimationFrame(() => {
      this.scheduled = 0;
      this.paintAll();
    });
  };

  private paintAll(): void {
    for (const one of this.maps.values()) {
      const { lesionClass, color, cardThreshold, map } = one.shown;
      const level = levelOf(this.thresholds.get(lesionClass) ?? cardThreshold);
      const wanted = `${this.look.mode} ${level} ${color.join(" ")}`;
      if (one.painted === wanted || !map.box) continue;
      one.painted = wanted;
      const isDifference = this.look.mode === "difference";
      paint(map, isDifference ? differenceColors(level) : probabilityColors(color, level), one.pixels);
      const { x, y, width, height } = map.box;
      one.canvas.getContext("2d")?.putImageData(one.picture, 0, 0, x, y, width, height);
    }
  }

  private readonly follow = (): void => {
    const base = this.viewer.world.getItemAt(0);
    const first = this.maps.values().next().value;
    if (!base || !first) return;
    const imageWidth = base.getContentSize().x;
    const at = (x: number) =>
      this.viewer.viewport.pixelFromPoint(base.imageToViewportCoordinates(x, 0, true), true);
    const [origin, far] = [at(0), at(imageWidth)];
    const scale = (far.x - origin.x) / first.canvas.width;
    this.holder.style.transform = `translate(${origin.x}px, ${origin.y}px) scale(${scale})`;
  };
}

function painted(shown: ShownMap): Painted | null {
  const { width, height } = shown.map;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.dataset["class"] = shown.lesionClass;
  const picture = canvas.getContext("2d")?.createImageData(width, height);
  if (!picture) return null;
  return { shown, canvas, picture, pixels: new Uint32Array(picture.data.buffer), painted: "" };
}
