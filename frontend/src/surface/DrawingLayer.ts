import OpenSeadragon from "openseadragon";
import { closes, finished, outline, withCorner, withoutLastCorner, withStroke, type Draft } from "./drafting";
import type { DrawingTool } from "./LabelSurface";
import { Pinch } from "./Pinch";
import { imagePointOf, zoomOf } from "./SelectTool";
import type { Point, Shape } from "./shapes";

const SVG = "http://www.w3.org/2000/svg";
const CLICK_PX = 5;
const ZOOM_STEP = 1.25;

/**
 * Lies over the viewer while a drawing tool is chosen. The wheel still zooms, the middle button or two fingers
 * still pan.
 */
export class DrawingLayer {
  private readonly svg = document.createElementNS(SVG, "svg");
  private readonly halo = document.createElementNS(SVG, "polygon");
  private readonly line = document.createElementNS(SVG, "polygon");
  private readonly start = document.createElementNS(SVG, "circle");
  private readonly listening = new AbortController();
  private readonly pinch: Pinch;
  private tool: DrawingTool | null = null;
  private draft: Draft | null = null;
  private pressed: { readonly x: number; readonly y: number; readonly pan: boolean } | null = null;
  private panFrom: OpenSeadragon.Point | null = null;

  constructor(
    private readonly viewer: OpenSeadragon.Viewer,
    private readonly onShapes: (shapes: readonly Shape[]) => void,
  ) {
    this.pinch = new Pinch(viewer);
    this.svg.classList.add("drawing-layer");
    this.halo.classList.add("drawing-halo");
    this.line.classList.add("drawing-line");
    this.start.classList.add("drawing-start");
    this.start.setAttribute("r", "5");
    this.svg.append(this.halo, this.line, this.start);
    viewer.canvas.append(this.svg);
    viewer.addHandler("update-viewport", this.render);
    this.listen();
    this.setTool(null);
  }

  setTool(tool: DrawingTool | null): void {
    if (tool === this.tool && tool !== null) return;
    this.tool = tool;
    this.svg.style.display = tool ? "block" : "none";
    if (tool !== null && this.draft && this.draft.kind !== tool) this.draft = null;
    this.render();
  }

  setColor(color: string): void {
    this.line.setAttribute("stroke", color);
    this.start.setAttribute("fill", color);
  }

  /** True when there was something to drop. */
  cancel(): boolean {
    const had = this.draft !== null;
    this.draft = null;
    this.render();
    return had;
  }

  /** Takes back the last corner of a polygon; false when none is being drawn. */
  stepBack(): boolean {
    if (this.draft?.kind !== "polygon") return false;
    this.draft = withoutLastCorner(this.draft);
    this.render();
    return true;
  }

  finish(): boolean {
    if (this.draft?.kind !== "polygon") return false;
    this.complete(this.draft);
    return true;
  }

  destroy(): void {
    this.listening.abort();
    this.viewer.removeHandler("update-viewport", this.render);
    this.svg.remove();
  }

  private listen(): void {
    const on = <K extends keyof SVGElementEventMap>(name: K, act: (event: SVGElementEventMap[K]) => void) =>
      this.svg.addEventListener(
        name,
        (event) => {
          event.stopPropagation(); // else OpenSeadragon below would pan
          act(event);
        },
        { signal: this.listening.signal },
      );
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", (event) => {
      this.pinch.takes(event);
      this.cancel();
    });
    on("dblclick", (event) => event.preventDefault());
    on("contextmenu", (event) => {
      event.preventDefault();
      this.finish();
    });
    this.svg.addEventListener("wheel", (event) => this.wheel(event), {
      passive: false,
      signal: this.listening.signal,
    });
  }

  private down(event: PointerEvent): void {
    if (this.pinch.takes(event)) {
      if (this.draft?.kind !== "polygon") this.cancel();
      this.pressed = null;
      return;
    }
    this.svg.setPointerCapture(event.pointerId);
    const pan = event.button === 1;
    this.pressed = { x: event.clientX, y: event.clientY, pan };
    if (pan) {
      event.preventDefault();
      this.panFrom = this.viewportPoint(event);
      return;
    }
    if (event.button !== 0 || !this.tool || this.tool === "polygon") return;
    const at = this.imagePoint(event);
    this.draft =
      this.tool === "freehand" ? { kind: "freehand", points: [at] } : { kind: this.tool, from: at, to: at };
  }

  private move(event: PointerEvent): void {
    if (this.pinch.takes(event)) return;
    if (this.pressed?.pan && this.panFrom) {
      const now = this.viewportPoint(event);
      this.viewer.viewport.panBy(this.panFrom.minus(now), true);
      return;
    }
    if (!this.draft) return;
    this.draft = strokeOf(event).reduce(
      (draft, one) => this.drawnOn(draft, this.imagePoint(one)),
      this.draft,
    );
    this.render();
  }

  private drawnOn(draft: Draft, at: Point): Draft {
    if (draft.kind === "polygon") return { ...draft, cursor: at };
    return draft.kind === "freehand" ? withStroke(draft, at, this.zoom()) : { ...draft, to: at };
  }

  private up(event: PointerEvent): void {
    if (this.pinch.takes(event)) return;
    const { pressed } = this;
    this.pressed = null;
    this.panFrom = null;
    if (!pressed || pressed.pan || event.button !== 0) return;
    const at = this.imagePoint(event);
    if (this.draft && this.draft.kind !== "polygon") {
      this.complete(this.drawnOn(this.draft, at));
    } else if (this.tool === "polygon") {
      const moved = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y);
      if (moved <= CLICK_PX) this.corner(at);
    }
  }

  private corner(at: Point): void {
    const points = this.draft?.kind === "polygon" ? this.draft.points : [];
    const last = points.at(-1);
    const zoom = this.zoom();
    const twice = last !== undefined && Math.hypot(last[0] - at[0], last[1] - at[1]) * zoom < 2;
    if (points.length >= 3 && (twice || closes(points, at, zoom))) {
      this.complete({ kind: "polygon", points, cursor: at });
      return;
    }
    this.draft = withCorner(points, at, zoom);
    this.render();
  }

  private complete(draft: Draft): void {
    const shapes = finished(draft, this.zoom());
    if (shapes.length === 0 && draft.kind === "polygon") return;
    this.draft = null;
    this.render();
    if (shapes.length > 0) this.onShapes(shapes);
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    event.stopPropagation();
    const factor = event.deltaY < 0 ? ZOOM_STEP : 1 / ZOOM_STEP;
    this.viewer.viewport.zoomBy(factor, this.viewportPoint(event)).applyConstraints();
  }

  private readonly render = (): void => {
    const { draft } = this;
    const corners = draft ? outline(draft).map((point) => this.screenPoint(point)) : [];
    const points = corners.map(({ x, y }) => `${x},${y}`).join(" ");
    this.halo.setAttribute("points", points);
    this.line.setAttribute("points", points);
    const first = draft?.kind === "polygon" ? corners[0] : undefined;
    this.start.style.display = first ? "block" : "none";
    if (!first || draft?.kind !== "polygon") return;
    this.start.setAttribute("cx", String(first.x));
    this.start.setAttribute("cy", String(first.y));
    this.start.dataset["closing"] = String(closes(draft.points, draft.cursor, this.zoom()));
  };

  private viewportPoint(event: MouseEvent): OpenSeadragon.Point {
    const box = this.viewer.canvas.getBoundingClientRect();
    const pixel = new OpenSeadragon.Point(event.clientX - box.left, event.clientY - box.top);
    return this.viewer.viewport.pointFromPixel(pixel, true);
  }

  private imagePoint(event: MouseEvent): Point {
    return imagePointOf(this.viewer, event);
  }

  private screenPoint([x, y]: Point): OpenSeadragon.Point {
    const at = this.viewer.world.getItemAt(0).imageToViewportCoordinates(x, y, true);
    return this.viewer.viewport.pixelFromPoint(at, true);
  }

  private zoom(): number {
    return zoomOf(this.viewer);
  }
}

/** Every place the pointer was since the last event: browsers bundle them, which would cut corners. */
function strokeOf(event: PointerEvent): readonly PointerEvent[] {
  const bundled = event.getCoalescedEvents();
  return bundled.length > 0 ? bundled : [event];
}
