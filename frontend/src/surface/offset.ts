/** Closed outlines moved outwards or inwards side by side. Pure; image pixels. */
import { withoutRepeats, type Point } from "./shapes";

/** A corner moves at most so many times as far as the sides: a needle's tip would run away. */
const LONGEST_MITRE = 2;

/**
 * The ring with each side moved by `by` px to its left: outwards where the ring turns clockwise on the screen.
 * Corner by corner, so that the opposite move undoes it; a side shorter than the move may turn over.
 */
export function offsetRing(ring: readonly Point[], by: number): Point[] {
  const points = withoutRepeats(ring);
  return points.map((point, index) => {
    const [before, after] = [points.at(index - 1), points[(index + 1) % points.length]];
    if (!before || !after) return point;
    const [x, y] = mitre(direction(before, point), direction(point, after));
    return [point[0] + by * x, point[1] + by * y];
  });
}

function direction(from: Point, to: Point): Point {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  return length === 0 ? [0, 0] : [dx / length, dy / length];
}

/** Where the corner goes when the sides that meet in it move one px to their left. */
function mitre([ax, ay]: Point, [bx, by]: Point): Point {
  const cosine = ax * bx + ay * by;
  if (cosine < -0.9999) return [ax, ay]; // there and back along one line
  const [x, y] = [(ay + by) / (1 + cosine), -(ax + bx) / (1 + cosine)];
  const shorter = Math.min(1, LONGEST_MITRE / Math.hypot(x, y));
  return [x * shorter, y * shorter];
}
