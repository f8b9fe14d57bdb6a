import type OpenSeadragon from "openseadragon";
import { boundsOfShape, ringsOf } from "./outlines";
import { zoomOf } from "./SelectTool";
import type { Shape } from "./shapes";

const SMALL_PX = 48; // on the screen, the longer side
const DENSE_PX = 22; // on the screen, from corner to corner

/** Tells the styles how small the edited shape is on the screen: handles must not hide the lesion below them. */
export class HandleSize {
  private shape: Shape | null = null;

  constructor(private readonly viewer: OpenSeadragon.Viewer) {
    viewer.addHandler("update-viewport", this.measure);
  }

  follow(shape: Shape | null): void {
    this.shape = shape;
    this.measure();
  }

  destroy(): void {
    this.viewer.removeHandler("update-viewport", this.measure);
  }

  private readonly measure = (): void => {
    if (!this.shape) return;
    const { element } = this.viewer;
    const { minX, minY, maxX, maxY } = boundsOfShape(this.shape);
    const zoom = zoomOf(this.viewer);
    const dense = String(spacing(this.shape) * zoom < DENSE_PX);
    if (element.dataset["dense"] !== dense) element.dataset["dense"] = dense;
    const small = String(Math.max(maxX - minX, maxY - minY) * zoom < SMALL_PX);
    if (element.dataset["small"] !== small) element.dataset["small"] = small;
    if (small === "true" || dense === "true") element.style.setProperty("--screen-px", `${1 / zoom}px`); // of the image's pixels
  };
}

/** How far a polygon's corners are apart on the average, image px; other shapes have few handles. */
function spacing(shape: Shape): number {
  if (shape.shape !== "polygon") return Infinity;
  const rings = ringsOf(shape);
  const lengths = rings.flatMap((ring) =>
    ring.map(([x, y], index) => {
      const [nextX, nextY] = ring[(index + 1) % ring.length] ?? [x, y];
      return Math.hypot(nextX - x, nextY - y);
    }),
  );
  return lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
}
