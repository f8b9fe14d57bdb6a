/** A region's outline as an SVG path, in pixels of the image. Pure. */
type Numbers = Readonly<Record<string, unknown>>;
type Ring = readonly (readonly [number, number])[];

export function outlineOf(shape: string, geometry: unknown): string {
  const numbers = (geometry ?? {}) as Numbers;
  const of = (name: string) => Number(numbers[name] ?? 0);
  if (shape === "rect") {
    return `M${of("x")} ${of("y")}h${of("width")}v${of("height")}h${-of("width")}Z`;
  }
  if (shape === "polygon") {
    const rings = [numbers["points"], ...((numbers["holes"] as Ring[] | undefined) ?? [])] as Ring[];
    return rings.map((ring) => `M${ring.map(([x, y]) => `${x} ${y}`).join("L")}Z`).join("");
  }
  const rx = shape === "circle" ? of("r") : of("rx");
  const ry = shape === "circle" ? of("r") : of("ry");
  const theta = of("theta");
  const [dx, dy] = [rx * Math.cos(theta), rx * Math.sin(theta)];
  const arc = `A${rx} ${ry} ${(theta * 180) / Math.PI} 0 1`;
  const [left, right] = [`${of("cx") - dx} ${of("cy") - dy}`, `${of("cx") + dx} ${of("cy") + dy}`];
  return `M${left}${arc} ${right}${arc} ${left}Z`;
}
