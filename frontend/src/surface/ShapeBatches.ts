/**
 * Thousands of shapes drawn with few calls: shapes of one class, about one size and one part of the image share
 * one Path2D, rebuilt only when one of them changes. Image pixels.
 */
import type { Target } from "./hits";
import { areaOf, boundsOfRing, overlap, ringsOf, type Bounds, type Ring } from "./outlines";
import { patternTile, type Pattern } from "./patterns";
import type { Shape } from "./shapes";

export interface BatchStyle {
  readonly color: string;
  readonly stroke: string;
  readonly pattern: Pattern;
  readonly fillOpacity: number;
  readonly strokeWidth: number;
  readonly dashed: boolean;
  /** White hairlines along the line: a red one on red retina then stands out like any other. */
  readonly rimmed: boolean;
}
/** What of the image the canvas shows. */
export interface View {
  /** Screen px per image px. */
  readonly scale: number;
  readonly bounds: Bounds;
  /** Undoes the canvas' transform, so that patterns keep their size on the screen. */
  readonly unscale: DOMMatrix;
}
export type Drawable = Shape & { readonly uuid: string; readonly lesionClass: string };
interface Item extends Target {
  readonly source: Drawable;
  readonly bucket: string;
}
interface Bucket {
  readonly lesionClass: string;
  /** Shapes in here are at most 2 ** octave px large. */
  readonly octave: number;
  readonly items: Set<Item>;
  built: { readonly full: Path2D; readonly dots: Path2D; readonly bounds: Bounds } | null;
}

const HALO = "rgba(0, 0, 0, 0.6)";
const HALO_PX = 1.25; // both sides together, as the rim
const RIM = "rgba(255, 255, 255, 0.9)";
const RIM_PX = 1.25;
const TILE_PX = 700;
const DOT_BELOW_PX = 4; // smaller on the screen: a dot
const PATTERN_FROM_PX = 14; // smaller: a pattern is only noise
const DASH_FROM_PX = 10;
const DOT_PX = 3;

export class ShapeBatches {
  private shown: ReadonlyMap<string, Drawable> = new Map();
  private lifted: ReadonlySet<string> = new Set();
  private readonly items = new Map<string, Item>();
  private readonly buckets = new Map<string, Bucket>();
  private order: readonly Bucket[] | null = null;
  private readonly tiles = new Map<string, CanvasPattern | null>();

  /** Shows exactly these; only what is another object than before costs anything. */
  set(shapes: ReadonlyMap<string, Drawable>): void {
    for (const uuid of this.shown.keys()) if (!shapes.has(uuid)) this.drop(uuid);
    for (const [uuid, shape] of shapes) {
      if (this.shown.get(uuid) === shape) continue;
      this.drop(uuid);
      this.take(shape);
    }
    this.shown = shapes;
  }

  /** These are not drawn here for now: something else draws them. */
  lift(uuids: ReadonlySet<string>): void {
    const changed = [...uuids, ...this.lifted].filter((uuid) => uuids.has(uuid) !== this.lifted.has(uuid));
    this.lifted = uuids;
    for (const uuid of changed) {
      const bucket = this.buckets.get(this.items.get(uuid)?.bucket ?? "");
      if (bucket) bucket.built = null;
    }
  }

  get(uuid: string): Target | undefined {
    return this.items.get(uuid);
  }

  /** Shapes of the classes that are shown. */
  *targets(isVisible: (lesionClass: string) => boolean): Iterable<Target> {
    for (const item of this.items.values()) if (isVisible(item.source.lesionClass)) yield item;
  }

  /** Draws what is in sight; returns how many shapes that were, about. */
  draw(
    ctx: CanvasRenderingContext2D,
    view: View,
    styleOf: (lesionClass: string) => BatchStyle | null,
  ): number {
    let drawn = 0;
    this.order ??= [...this.buckets.values()].sort((a, b) => b.octave - a.octave); // small ones on top
    for (const bucket of this.order) {
      const style = styleOf(bucket.lesionClass);
      if (!style) continue;
      bucket.built ??= this.build(bucket);
      if (!overlap(bucket.built.bounds, view.bounds)) continue;
      this.drawBucket(ctx, view, bucket, style);
      drawn += bucket.items.size;
    }
    return drawn;
  }

  private drawBucket(ctx: CanvasRenderingContext2D, view: View, bucket: Bucket, style: BatchStyle): void {
    const { scale } = view;
    const { built } = bucket;
    if (!built) return;
    const sizePx = 2 ** bucket.octave * scale;
    if (sizePx < DOT_BELOW_PX) {
      ctx.globalAlpha = 1;
      ctx.lineCap = "square";
      strokeStyled(ctx, built.dots, { ...style, strokeWidth: DOT_PX, dashed: false }, scale);
      ctx.lineCap = "butt";
      return;
    }
    if (style.fillOpacity > 0) {
      ctx.globalAlpha = Math.min(style.fillOpacity, 1);
      ctx.fillStyle = style.color;
      ctx.fill(built.full);
      const pattern = sizePx >= PATTERN_FROM_PX ? this.patternFor(ctx, style) : null;
      if (pattern) {
        pattern.setTransform(view.unscale);
        ctx.globalAlpha = Math.min(style.fillOpacity * 3, 1);
        ctx.fillStyle = pattern;
        ctx.fill(built.full);
      }
    }
    ctx.globalAlpha = 1;
    strokeStyled(ctx, built.full, { ...style, dashed: style.dashed && sizePx >= DASH_FROM_PX }, scale);
  }

  private patternFor(ctx: CanvasRenderingContext2D, { pattern, color }: BatchStyle): CanvasPattern | null {
    const key = `${pattern} ${color}`;
    if (!this.tiles.has(key)) {
      const tile = patternTile(pattern, color);
      this.tiles.set(key, tile && ctx.createPattern(tile, "repeat"));
    }
    return this.tiles.get(key) ?? null;
  }

  private take(source: Drawable): void {
    const rings = ringsOf(source);
    const bounds = boundsOfRing(rings[0] ?? []);
    const [width, height] = [bounds.maxX - bounds.minX, bounds.maxY - bounds.minY];
    const octave = Math.ceil(Math.log2(Math.max(width, height, 1)));
    const column = Math.floor((bounds.minX + width / 2) / TILE_PX);
    const row = Math.floor((bounds.minY + height / 2) / TILE_PX);
    const key = `${source.lesionClass} ${octave} ${column} ${row}`;
    const item: Item = { uuid: source.uuid, source, bounds, rings, area: areaOf(source), bucket: key };
    let bucket = this.buckets.get(key);
    if (!bucket) {
      bucket = { lesionClass: source.lesionClass, octave, items: new Set(), built: null };
      this.buckets.set(key, bucket);
      this.order = null;
    }
    bucket.items.add(item);
    bucket.built = null;
    this.items.set(source.uuid, item);
  }

  private drop(uuid: string): void {
    const item = this.items.get(uuid);
    const bucket = item && this.buckets.get(item.bucket);
    if (!item || !bucket) return;
    this.items.delete(uuid);
    bucket.items.delete(item);
    bucket.built = null;
    if (bucket.items.size > 0) return;
    this.buckets.delete(item.bucket);
    this.order = null;
  }

  private build({ items }: Bucket): NonNullable<Bucket["built"]> {
    const [full, dots] = [new Path2D(), new Path2D()];
    let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const { uuid, rings, bounds } of items) {
      if (this.lifted.has(uuid)) continue;
      addRings(full, rings);
      const [x, y] = [(bounds.minX + bounds.maxX) / 2, (bounds.minY + bounds.maxY) / 2];
      dots.moveTo(x, y);
      dots.lineTo(x, y); // a line without length is a dot of the line's width
      [minX, minY] = [Math.min(minX, bounds.minX), Math.min(minY, bounds.minY)];
      [maxX, maxY] = [Math.max(maxX, bounds.maxX), Math.max(maxY, bounds.maxY)];
    }
    return { full, dots, bounds: { minX, minY, maxX, maxY } };
  }
}

export function addRings(path: Path2D, rings: readonly Ring[]): void {
  for (const ring of rings) {
    ring.forEach(([x, y], index) => (index === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
    path.closePath();
  }
}

/** A line as a class is drawn: halo and hairlines whole, the line in its colour dashed where it is. */
function strokeStyled(ctx: CanvasRenderingContext2D, path: Path2D, style: BatchStyle, scale: number): void {
  const { strokeWidth, stroke, dashed, rimmed } = style;
  const gap = rimmed ? 2.5 : 4; // a white gap is seen better than an empty one
  const dash = () => dashed && ctx.setLineDash([5 / scale, gap / scale]);
  if (!rimmed) dash();
  const width = strokeWidth + (rimmed ? RIM_PX : 0);
  strokeTwice(ctx, path, width / scale, HALO_PX / scale, rimmed ? RIM : stroke);
  if (rimmed) {
    dash();
    ctx.lineWidth = strokeWidth / scale;
    ctx.strokeStyle = stroke;
    ctx.stroke(path);
  }
  ctx.setLineDash([]);
}

/** A line on a dark halo, which is seen on bright and on dark retina alike. Widths in image px. */
export function strokeTwice(
  ctx: CanvasRenderingContext2D,
  path: Path2D,
  width: number,
  halo: number,
  color: string,
): void {
  ctx.lineWidth = width + halo;
  ctx.strokeStyle = HALO;
  ctx.stroke(path);
  ctx.lineWidth = width;
  ctx.strokeStyle = color;
  ctx.stroke(path);
}
