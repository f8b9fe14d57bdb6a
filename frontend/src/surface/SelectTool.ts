import OpenSeadragon from "openseadragon";
import type { Bounds } from "./outlines";
import type { Point } from "./shapes";

const CLICK_PX = 5;

interface Options {
  readonly viewer: OpenSeadragon.Viewer;
  /** Whether a drag that begins here moves the whole selection. */
  readonly movesSelection: (at: Point) => boolean;
  readonly onClick: (at: Point, toggle: boolean) => void;
  readonly onMoving: (by: Point) => void;
  readonly onMoved: (by: Point) => void;
  /** Null: done or dropped. */
  readonly onBox: (box: Bounds | null) => void;
  readonly onBoxed: (box: Bounds) => void;
  readonly onPointer: (at: Point | null) => void;
}
type Gesture = "click" | "move" | "box";

/**
 * What a pointer means while no drawing tool is chosen: a click chooses, Shift adds, Shift and drag boxes, a
 * drag on several chosen shapes moves them. Everything else is left to the viewer and to the shape editor.
 */
export class SelectTool {
  private readonly listening = new AbortController();
  private active = true;
  private pressed: { id: number; x: number; y: number; at: Point; gesture: Gesture } | null = null;

  constructor(private readonly options: Options) {
    const { element } = options.viewer;
    const { signal } = this.listening;
    const capture = { capture: true, signal }; // before OpenSeadragon and Annotorious
    element.addEventListener("pointerdown", (event) => this.down(event), capture);
    element.addEventListener("pointermove", (event) => this.point(event), capture);
    element.addEventListener("pointerleave", () => options.onPointer(null), { signal });
    window.addEventListener("pointermove", (event) => this.move(event), capture);
    window.addEventListener("pointerup", (event) => this.up(event), capture);
    window.addEventListener("pointercancel", () => this.drop(), { signal });
  }

  setActive(active: boolean): void {
    this.active = active;
    if (!active) this.drop();
  }

  destroy(): void {
    this.listening.abort();
  }

  private down(event: PointerEvent): void {
    if (!this.active || !event.isPrimary || event.button !== 0) {
      this.drop();
      return;
    }
    const target = event.target instanceof Element ? event.target : null;
    if (!target || target.closest(".navigator, [class*=handle]")) return;
    const at = this.imagePoint(event);
    const onEditor = target.closest("svg") !== null;
    let gesture: Gesture = "click";
    if (event.shiftKey && !onEditor) gesture = "box";
    else if (!onEditor && this.options.movesSelection(at)) gesture = "move";
    if (gesture !== "click" || event.shiftKey) event.stopPropagation(); // else the viewer would pan
    this.pressed = { id: event.pointerId, x: event.clientX, y: event.clientY, at, gesture };
  }

  private move(event: PointerEvent): void {
    const { pressed } = this;
    if (!pressed || pressed.id !== event.pointerId || !this.isDrag(event)) return;
    const at = this.imagePoint(event);
    if (pressed.gesture === "move") this.options.onMoving([at[0] - pressed.at[0], at[1] - pressed.at[1]]);
    if (pressed.gesture === "box") this.options.onBox(boxOf(pressed.at, at));
  }

  private up(event: PointerEvent): void {
    const { pressed } = this;
    if (!pressed || pressed.id !== event.pointerId) return;
    this.pressed = null;
    const at = this.imagePoint(event);
    if (!this.isDrag(event, pressed)) this.options.onClick(at, event.shiftKey);
    else if (pressed.gesture === "move") this.options.onMoved([at[0] - pressed.at[0], at[1] - pressed.at[1]]);
    else if (pressed.gesture === "box") this.options.onBoxed(boxOf(pressed.at, at));
    this.options.onBox(null);
  }

  private drop(): void {
    const { pressed } = this;
    this.pressed = null;
    if (pressed?.gesture === "move") this.options.onMoving([0, 0]);
    if (pressed?.gesture === "box") this.options.onBox(null);
  }

  private point(event: PointerEvent): void {
    if (!this.pressed || !this.active) this.options.onPointer(this.imagePoint(event));
  }

  private isDrag(event: PointerEvent, from = this.pressed): boolean {
    return from !== null && Math.hypot(event.clientX - from.x, event.clientY - from.y) > CLICK_PX;
  }

  private imagePoint(event: MouseEvent): Point {
    return imagePointOf(this.options.viewer, event);
  }
}

function boxOf(a: Point, b: Point): Bounds {
  const [minX, maxX] = [Math.min(a[0], b[0]), Math.max(a[0], b[0])];
  const [minY, maxY] = [Math.min(a[1], b[1]), Math.max(a[1], b[1])];
  return { minX, minY, maxX, maxY };
}

export function imagePointOf(viewer: OpenSeadragon.Viewer, event: MouseEvent): Point {
  const box = viewer.canvas.getBoundingClientRect();
  const pixel = new OpenSeadragon.Point(event.clientX - box.left, event.clientY - box.top);
  const base = viewer.world.getItemAt(0);
  const { x, y } = base.viewportToImageCoordinates(viewer.viewport.pointFromPixel(pixel, true), true);
  return [x, y];
}

/** Screen pixels per image pixel. */
export function zoomOf(viewer: OpenSeadragon.Viewer): number {
  const base = viewer.world.getItemAt(0);
  return base ? base.viewportToImageZoom(viewer.viewport.getZoom(true)) : 1;
}
