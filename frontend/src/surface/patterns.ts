/** Classes differ by pattern as well as colour, for those who can't tell red from green. Names as in the API. */
export const PATTERNS = [
  "solid",
  "hatched",
  "dotted",
  "ring",
  "crossed",
  "level",
  "checked",
  "upright",
  "falling",
] as const;
export type Pattern = (typeof PATTERNS)[number];

export function patternNamed(name: string): Pattern {
  return PATTERNS.find((pattern) => pattern === name) ?? "solid";
}

const TILE_PX = 8;

/** One tile of the pattern in the colour, ready for `createPattern` or a legend swatch; null for solid. */
export function patternTile(pattern: Pattern, color: string): HTMLCanvasElement | null {
  if (pattern === "solid") return null;
  const tile = document.createElement("canvas");
  tile.width = TILE_PX;
  tile.height = TILE_PX;
  const ctx = tile.getContext("2d");
  if (!ctx) return null;
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  ctx.lineWidth = 1.2;
  ctx.beginPath();
  if (pattern === "hatched" || pattern === "falling") {
    const [from, to] = pattern === "hatched" ? [TILE_PX, 0] : [0, TILE_PX];
    for (const shift of [-TILE_PX, 0, TILE_PX]) {
      ctx.moveTo(shift, from);
      ctx.lineTo(shift + TILE_PX, to);
    }
    ctx.stroke();
  } else if (pattern === "checked") {
    ctx.fillRect(0, 0, TILE_PX / 2, TILE_PX / 2);
    ctx.fillRect(TILE_PX / 2, TILE_PX / 2, TILE_PX / 2, TILE_PX / 2);
  } else if (pattern === "level" || pattern === "upright" || pattern === "crossed") {
    if (pattern !== "upright") ctx.rect(0, TILE_PX / 2, TILE_PX, 1.2);
    if (pattern !== "level") ctx.rect(TILE_PX / 2, 0, 1.2, TILE_PX);
    ctx.fill();
  } else if (pattern === "dotted") {
    ctx.arc(TILE_PX / 2, TILE_PX / 2, 1.6, 0, 2 * Math.PI);
    ctx.fill();
  } else {
    ctx.arc(TILE_PX / 2, TILE_PX / 2, 2.6, 0, 2 * Math.PI);
    ctx.stroke();
  }
  return tile;
}
