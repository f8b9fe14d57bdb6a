import type OpenSeadragon from "openseadragon";
import { boundsOfShape } from "./outlines";
import { zoomOf } from "./SelectTool";
import type { Shape } from "./shapes";

const SMALL_PX = 48; // on the screen, the longer side

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
    const small = String(Math.max(maxX - minX, maxY - minY) * zoom < SMALL_PX);
    if (element.dataset["small"] !== small) element.dataset["small"] = small;
    if (small === "true") element.style.setProperty("--screen-px", `${1 / zoom}px`); // of the image's pixels
  };
}
