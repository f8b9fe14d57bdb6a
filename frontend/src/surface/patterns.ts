/** Classes differ by pattern as well as colour, for those who can't tell red from green. */
export const PATTERNS = ["diagonal", "dots", "horizontal", "cross", "vertical", "solid"] as const;
export type Pattern = (typeof PATTERNS)[number];

const SYNONYMS: Readonly<Record<string, Pattern>> = {
  hatch: "diagonal",
  hatched: "diagonal",
  ring: "cross",
  stripes: "diagonal",
  diagonal_stripes: "diagonal",
  dotted: "dots",
  grid: "cross",
  crosshatch: "cross",
  lines: "horizontal",
};

export function patternNamed(name: string): Pattern {
  return PATTERNS.find((pattern) => pattern === name) ?? SYNONYMS[name] ?? "solid";
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
  if (pattern === "diagonal") {
    for (const shift of [-TILE_PX, 0, TILE_PX]) {
      ctx.moveTo(shift, TILE_PX);
      ctx.lineTo(shift + TILE_PX, 0);
    }
  }
  if (pattern === "horizontal" || pattern === "cross") {
    ctx.moveTo(0, TILE_PX / 2);
    ctx.lineTo(TILE_PX, TILE_PX / 2);
  }
  if (pattern === "vertical" || pattern === "cross") {
    ctx.moveTo(TILE_PX / 2, 0);
    ctx.lineTo(TILE_PX / 2, TILE_PX);
  }
  if (pattern === "dots") {
    ctx.arc(TILE_PX / 2, TILE_PX / 2, 1.6, 0, 2 * Math.PI);
    ctx.fill();
  } else {
    ctx.stroke();
  }
  return tile;
}
