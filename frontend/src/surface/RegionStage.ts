import type OpenSeadragon from "openseadragon";
import { addRings, ShapeBatches, strokeTwice, type BatchStyle, type View } from "./ShapeBatches";
import type { Bounds } from "./outlines";
import type { Point } from "./shapes";

/** More shapes in sight than this are too dear for every frame: they move as a picture until the view rests. */
const EVERY_FRAME = 400;
const REDRAW_MS = 250; // at most this often while the view moves
const REST_MS = 100;

type StyleOf = (lesionClass: string) => BatchStyle | null;

/** The canvas over the picture: findings, labels on them, then what is pointed at and selected. */
export class RegionStage {
  readonly labels = new ShapeBatches();
  readonly findings = new ShapeBatches();
  private readonly canvas = document.createElement("canvas");
  private readonly resizing: ResizeObserver;
  private labelStyle: StyleOf = () => null;
  private findingStyle: StyleOf = () => null;
  private selected: readonly string[] = [];
  private hovered: string | null = null;
  private shift: Point = [0, 0];
  private box: Bounds | null = null;
  private scheduled = 0;
  private drawnWith: DOMMatrix | null = null;
  private drawnAt = 0;
  private inSight = 0;
  private resting = 0;

  constructor(private readonly viewer: OpenSeadragon.Viewer) {
    this.canvas.className = "region-stage";
    viewer.canvas.append(this.canvas);
    this.resizing = new ResizeObserver(() => this.resize());
    this.resizing.observe(viewer.canvas);
    viewer.addHandler("update-viewport", this.follow);
    this.resize();
  }

  setStyles(labels: StyleOf, findings: StyleOf): void {
    this.labelStyle = labels;
    this.findingStyle = findings;
    this.later();
  }

  /** Outlined in white; moved by `shift` image px while they are being dragged. */
  setSelected(uuids: readonly string[], shift: Point = [0, 0]): void {
    this.selected = uuids;
    this.shift = shift;
    this.later();
  }

  /** Labels that are not drawn in their place, because they are being edited or dragged. */
  setLifted(uuids: ReadonlySet<string>): void {
    this.labels.lift(uuids);
    this.later();
  }

  setHovered(uuid: string | null): void {
    if (uuid === this.hovered) return;
    this.hovered = uuid;
    this.later();
  }

  /** A box being drawn to select what lies in it, image px. */
  setBox(box: Bounds | null): void {
    this.box = box;
    this.later();
  }

  /** Draws with the next frame, however often it is asked for. */
  readonly later = (): void => {
    this.scheduled ||= requestAnimationFrame(() => {
      this.scheduled = 0;
      this.draw();
    });
  };

  destroy(): void {
    cancelAnimationFrame(this.scheduled);
    this.resizing.disconnect();
    window.clearTimeout(this.resting);
    this.viewer.removeHandler("update-viewport", this.follow);
    this.canvas.remove();
  }

  private resize(): void {
    const density = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(this.viewer.canvas.clientWidth * density);
    this.canvas.height = Math.round(this.viewer.canvas.clientHeight * density);
    this.draw();
  }

  /** The view moved: draws anew, or moves what is drawn along and draws once it rests. */
  private readonly follow = (): void => {
    const now = this.imageToCanvas(1);
    const before = this.drawnWith;
    if (!now || !before || this.inSight <= EVERY_FRAME || performance.now() - this.drawnAt > REDRAW_MS) {
      this.draw();
      return;
    }
    const scale = now.a / before.a;
    if (scale === 1 && now.e === before.e && now.f === before.f) return;
    const [x, y] = [now.e - scale * before.e, now.f - scale * before.f];
    this.canvas.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    window.clearTimeout(this.resting);
    this.resting = window.setTimeout(this.draw, REST_MS);
  };

  private readonly draw = (): void => {
    const ctx = this.canvas.getContext("2d");
    const density = window.devicePixelRatio || 1;
    const matrix = ctx && this.imageToCanvas(density);
    if (!ctx || !matrix) return;
    window.clearTimeout(this.resting);
    this.canvas.style.transform = "";
    this.drawnWith = this.imageToCanvas(1);
    this.drawnAt = performance.now();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, this.canvas.width, this.canvas.height);
    ctx.setTransform(matrix);
    const inverse = matrix.inverse();
    const from = inverse.transformPoint({ x: 0, y: 0 });
    const to = inverse.transformPoint({ x: this.canvas.width, y: this.canvas.height });
    const view: View = {
      scale: matrix.a / density,
      bounds: { minX: from.x, minY: from.y, maxX: to.x, maxY: to.y },
      unscale: inverse.scale(density, density),
    };
    this.inSight = this.findings.draw(ctx, view, this.findingStyle);
    this.inSight += this.labels.draw(ctx, view, this.labelStyle);
    this.drawMarked(ctx, view);
  };

  private drawMarked(ctx: CanvasRenderingContext2D, { scale }: View): void {
    ctx.globalAlpha = 1;
    const pointed = this.hovered && (this.labels.get(this.hovered) ?? this.findings.get(this.hovered));
    if (pointed) {
      const path = new Path2D();
      addRings(path, pointed.rings);
      strokeTwice(ctx, path, 2.5 / scale, 2 / scale, "#ffffff");
    }
    const path = new Path2D();
    for (const uuid of this.selected) {
      const target = this.labels.get(uuid) ?? this.findings.get(uuid);
      if (target) addRings(path, target.rings);
    }
    ctx.translate(this.shift[0], this.shift[1]);
    if (this.selected.length > 0) strokeTwice(ctx, path, 2.5 / scale, 2 / scale, "#ffffff");
    ctx.translate(-this.shift[0], -this.shift[1]);
    if (!this.box) return;
    const { minX, minY, maxX, maxY } = this.box;
    const box = new Path2D();
    box.rect(minX, minY, maxX - minX, maxY - minY);
    ctx.setLineDash([6 / scale, 4 / scale]);
    strokeTwice(ctx, box, 1.5 / scale, 1.5 / scale, "#ffffff");
    ctx.setLineDash([]);
  }

  /** Image pixels to canvas pixels. The viewer never turns or mirrors the image. */
  private imageToCanvas(density: number): DOMMatrix | null {
    const base = this.viewer.world.getItemAt(0);
    if (!base) return null;
    const at = (x: number, y: number) =>
      this.viewer.viewport.pixelFromPoint(base.imageToViewportCoordinates(x, y, true), true);
    const [origin, far] = [at(0, 0), at(1000, 0)];
    const scale = ((far.x - origin.x) / 1000) * density;
    return new DOMMatrix([scale, 0, 0, scale, origin.x * density, origin.y * density]);
  }
}
