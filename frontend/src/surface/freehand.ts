/** A line drawn by hand, as a closed outline with as few corners as keep its form. Pure; image pixels. */
import { distanceToRings, ringArea, type Ring } from "./outlines";
import type { Point } from "./shapes";

/** No point of the drawn line ends up further than this from the outline that is kept. */
export const MAX_ERROR_PX = 0.3;
/** The kept outline's area may differ by this share from the drawn one's. */
const MAX_AREA_CHANGE = 0.01;

/** The outline with fewer corners: never more than 0.3 px off, and on small lesions less, so that none shrinks. */
export function simplified(ring: Ring): Ring {
  const area = Math.abs(ringArea(ring));
  let tolerance = Math.min(MAX_ERROR_PX, 0.02 * Math.sqrt(area));
  for (let attempt = 0; attempt < 6; attempt += 1) {
    const fewer = withTolerance(ring, tolerance);
    if (Math.abs(Math.abs(ringArea(fewer)) - area) <= MAX_AREA_CHANGE * area) return fewer;
    tolerance /= 2;
  }
  return ring;
}

/** Douglas-Peucker on a closed ring, split at its first point and the point farthest from it. */
function withTolerance(ring: Ring, tolerance: number): Ring {
  const [first] = ring;
  if (!first || ring.length < 5) return ring;
  let far = 0;
  ring.forEach((point, index) => {
    if (distance(point, first) > distance(ring[far] ?? first, first)) far = index;
  });
  if (far === 0) return ring;
  const there = open(ring.slice(0, far + 1), tolerance);
  const back = open([...ring.slice(far), first], tolerance);
  const fewer = [...there.slice(0, -1), ...back.slice(0, -1)];
  return fewer.length >= 3 ? fewer : ring;
}

const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1]);

function open(line: Ring, tolerance: number): Point[] {
  const keep = new Set([0, line.length - 1]);
  const spans: [number, number][] = [[0, line.length - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [from, to] = span;
    const [a, b] = [line[from], line[to]];
    if (!a || !b) continue;
    let [worst, at] = [tolerance, -1];
    for (let index = from + 1; index < to; index += 1) {
      const point = line[index];
      const off = point ? distanceToRings([[a, b]], point) : 0;
      if (off > worst) [worst, at] = [off, index];
    }
    if (at < 0) continue;
    keep.add(at);
    spans.push([from, at], [at, to]);
  }
  return line.filter((_, index) => keep.has(index));
}
