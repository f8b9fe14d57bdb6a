/** Which shape a click means. Pure. */
import { distanceToRings, inside, type Bounds, type Ring } from "./outlines";
import type { Point } from "./shapes";

export interface Target {
  readonly uuid: string;
  readonly bounds: Bounds;
  readonly rings: readonly Ring[];
  /** Square px. */
  readonly area: number;
}

/** Screen pixels around a shape's outline, or around a shape too small to see, that still hit it. */
const REACH_PX = 5;

/**
 * The smallest shape under the point, so that a lesion inside another one can be had; shapes smaller on the
 * screen than a fingertip's precision count as a small disc. `zoom` is screen px per image px.
 */
export function hit(targets: Iterable<Target>, point: Point, zoom: number): string | null {
  const reach = REACH_PX / zoom;
  let best: { uuid: string; rank: number; area: number } | null = null;
  for (const target of targets) {
    const { bounds, rings, area, uuid } = target;
    const [x, y] = point;
    if (x < bounds.minX - reach || x > bounds.maxX + reach) continue;
    if (y < bounds.minY - reach || y > bounds.maxY + reach) continue;
    const rank = rankOf(rings, bounds, point, reach);
    if (rank === null) continue;
    if (!best || rank < best.rank || (rank === best.rank && area < best.area)) best = { uuid, rank, area };
  }
  return best?.uuid ?? null;
}

/** 0: on it; 1: close to it; null: neither. */
function rankOf(rings: readonly Ring[], bounds: Bounds, point: Point, reach: number): 0 | 1 | null {
  if (inside(rings, point)) return 0;
  const small = Math.max(bounds.maxX - bounds.minX, bounds.maxY - bounds.minY) < 2 * reach;
  const centre = [(bounds.minX + bounds.maxX) / 2, (bounds.minY + bounds.maxY) / 2] as const;
  if (small && Math.hypot(point[0] - centre[0], point[1] - centre[1]) <= reach) return 0;
  return distanceToRings(rings, point) <= reach ? 1 : null;
}

/** Shapes that lie wholly in a box. */
export function within(targets: Iterable<Target>, box: Bounds): string[] {
  const found: string[] = [];
  for (const { uuid, bounds } of targets) {
    const { minX, minY, maxX, maxY } = bounds;
    if (minX >= box.minX && maxX <= box.maxX && minY >= box.minY && maxY <= box.maxY) found.push(uuid);
  }
  return found;
}
