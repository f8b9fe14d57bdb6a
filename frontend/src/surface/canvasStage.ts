/**
 * The stage on which Annotorious shows shapes that are not being edited: a 2D canvas instead of its Pixi one
 * (vite/annotorious.ts says why). Same methods as the original, plus a pattern in the style.
 */
import type OpenSeadragon from "openseadragon";
import type { Bounds, Selector } from "./convert";
import { patternTile, type Pattern } from "./patterns";

export interface StageStyle {
  readonly fill?: string;
  readonly fillOpacity?: number;
  readonly stroke?: string;
  readonly strokeOpacity?: number;
  readonly strokeWidth?: number;
  readonly pattern?: Pattern;
}
interface StageAnnotation {
  readonly id: string;
  readonly target: { readonly selector: Selector };
}
interface StageState {
  readonly selected?: boolean;
  readonly hovered?: boolean;
}
type StyleRule = StageStyle | ((annotation: StageAnnotation, state?: StageState) => StageStyle | undefined);
interface Entry {
  readonly annotation: StageAnnotation;
  readonly path: Path2D;
  readonly bounds: Bounds;
}
interface Selected {
  readonly id: string;
  readonly editable?: boolean;
}

const HALO = "rgba(0, 0, 0, 0.55)";
const PATTERN_FROM_PX = 14; // below this size on the screen a pattern is only noise

function pathOf(selector: Selector): Path2D {
  const path = new Path2D();
  const ring = (points: readonly (readonly [number, number])[]) => {
    points.forEach(([x, y], index) => (index === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
    path.closePath();
  };
  if (selector.type === "RECTANGLE") {
    const { x, y, w, h } = selector.geometry;
    path.rect(x, y, w, h);
  } else if (selector.type === "POLYGON") {
    ring(selector.geometry.points);
  } else if (selector.type === "MULTIPOLYGON") {
    selector.geometry.polygons.forEach((polygon) => polygon.rings.forEach(({ points }) => ring(points)));
  } else {
    const { cx, cy, rx, ry } = selector.geometry;
    path.ellipse(cx, cy, rx, ry, 0, 0, 2 * Math.PI);
  }
  return path;
}

export function createCanvasStage(viewer: OpenSeadragon.Viewer, canvas: HTMLCanvasElement) {
  const entries = new Map<string, Entry>();
  const tiles = new Map<string, CanvasPattern | null>();
  let editable = new Set<string>();
  let selected = new Set<string>();
  let hovered: string | undefined;
  let style: StyleRule | undefined;
  let filter: ((annotation: StageAnnotation) => boolean) | undefined;
  let scale = 1;
  let scheduled = 0;

  /** Image pixels to canvas pixels, rotation and mirroring of the viewer included. */
  const imageToCanvas = (density: number): DOMMatrix | null => {
    const base = viewer.world.getItemAt(0);
    if (!base) return null;
    const at = (x: number, y: number) =>
      viewer.viewport.pixelFromPoint(base.imageToViewportCoordinates(x, y, true), true);
    const [origin, right, down] = [at(0, 0), at(1, 0), at(0, 1)];
    scale = Math.hypot(right.x - origin.x, right.y - origin.y);
    return new DOMMatrix([
      (right.x - origin.x) * density,
      (right.y - origin.y) * density,
      (down.x - origin.x) * density,
      (down.y - origin.y) * density,
      origin.x * density,
      origin.y * density,
    ]);
  };

  const patternFor = (ctx: CanvasRenderingContext2D, pattern: Pattern, color: string) => {
    const key = `${pattern} ${color}`;
    if (!tiles.has(key)) {
      const tile = patternTile(pattern, color);
      tiles.set(key, tile && ctx.createPattern(tile, "repeat"));
    }
    return tiles.get(key) ?? null;
  };

  const drawOne = (ctx: CanvasRenderingContext2D, entry: Entry, unscale: DOMMatrix) => {
    const { annotation, path, bounds } = entry;
    const state = { selected: selected.has(annotation.id), hovered: annotation.id === hovered };
    const look = (typeof style === "function" ? style(annotation, state) : style) ?? {};
    const color = look.fill ?? "#ffffff";
    ctx.globalAlpha = Math.min(look.fillOpacity ?? 0.25, 1);
    if (ctx.globalAlpha > 0) {
      ctx.fillStyle = color;
      ctx.fill(path, "evenodd");
      const sizePx = Math.max(bounds.maxX - bounds.minX, bounds.maxY - bounds.minY) * scale;
      const pattern = look.pattern && sizePx >= PATTERN_FROM_PX ? patternFor(ctx, look.pattern, color) : null;
      if (pattern) {
        pattern.setTransform(unscale);
        ctx.globalAlpha = Math.min(ctx.globalAlpha * 3, 1);
        ctx.fillStyle = pattern;
        ctx.fill(path, "evenodd");
      }
    }
    ctx.globalAlpha = Math.min(look.strokeOpacity ?? 1, 1);
    const width = (look.strokeWidth ?? 1.5) / scale;
    ctx.lineWidth = width + 1.5 / scale;
    ctx.strokeStyle = HALO;
    ctx.stroke(path);
    ctx.lineWidth = width;
    ctx.strokeStyle = look.stroke ?? color;
    ctx.stroke(path);
  };

  const redraw = () => {
    const ctx = canvas.getContext("2d");
    const density = window.devicePixelRatio || 1;
    const matrix = ctx && imageToCanvas(density);
    if (!ctx || !matrix) return;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.globalAlpha = 1;
    ctx.clearRect(0, 0, canvas.width, canvas.height);
    ctx.setTransform(matrix);
    ctx.lineJoin = "round";
    const inverse = matrix.inverse();
    const corners = [
      [0, 0],
      [canvas.width, 0],
      [0, canvas.height],
      [canvas.width, canvas.height],
    ].map(([x, y]) => inverse.transformPoint({ x: x ?? 0, y: y ?? 0 }));
    const [minX, maxX] = [Math.min(...corners.map((c) => c.x)), Math.max(...corners.map((c) => c.x))];
    const [minY, maxY] = [Math.min(...corners.map((c) => c.y)), Math.max(...corners.map((c) => c.y))];
    const unscale = inverse.scale(density, density);
    for (const entry of entries.values()) {
      const { annotation, bounds } = entry;
      if (editable.has(annotation.id)) continue; // the editor above draws these
      if (bounds.maxX < minX || bounds.minX > maxX || bounds.maxY < minY || bounds.minY > maxY) continue;
      if (filter && !filter(annotation)) continue;
      drawOne(ctx, entry, unscale);
    }
  };

  const later = () => {
    scheduled ||= requestAnimationFrame(() => {
      scheduled = 0;
      redraw();
    });
  };

  const resize = (width: number, height: number) => {
    const density = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    redraw();
  };
  resize(canvas.width, canvas.height);

  const addAnnotation = (annotation: StageAnnotation) => {
    const { selector } = annotation.target;
    entries.set(annotation.id, { annotation, path: pathOf(selector), bounds: selector.geometry.bounds });
    later();
  };

  return {
    addAnnotation,
    updateAnnotation: (before: StageAnnotation, now: StageAnnotation) => {
      if (before.id !== now.id) entries.delete(before.id);
      addAnnotation(now);
    },
    removeAnnotation: (annotation: StageAnnotation) => {
      entries.delete(annotation.id);
      later();
    },
    setSelected: (selection: { selected: readonly Selected[] }) => {
      editable = new Set(selection.selected.filter((one) => one.editable).map((one) => one.id));
      selected = new Set(selection.selected.map((one) => one.id));
      later();
    },
    setHovered: (id: string | undefined) => {
      hovered = id;
      later();
    },
    setStyle: (rule: StyleRule | undefined) => {
      style = rule;
      later();
    },
    setFilter: (rule: typeof filter) => {
      filter = rule;
      later();
    },
    setVisible: (visible: boolean) => canvas.classList.toggle("hidden", !visible),
    getScale: () => scale,
    redraw,
    resize,
    destroy: () => {
      cancelAnimationFrame(scheduled);
      entries.clear();
    },
  };
}
