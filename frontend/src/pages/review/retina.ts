/** A view of one retina in terms of another: places and zoom by the field of view, not by pixels. Pure. */

/** The retina in an image: its middle and radius in px. */
export interface Retina {
  readonly width: number;
  readonly height: number;
  readonly fov: { readonly center_x: number; readonly center_y: number; readonly radius: number } | null;
}
/** A view in units of the retina's radius, from its middle. */
export interface RetinaView {
  readonly x: number;
  readonly y: number;
  /** How many radii are as wide as the viewer. */
  readonly span: number;
}

function circleOf({ width, height, fov }: Retina) {
  if (fov && fov.radius > 0) return { x: fov.center_x, y: fov.center_y, radius: fov.radius };
  return { x: width / 2, y: height / 2, radius: Math.min(width, height) / 2 };
}

/** `center` in viewport coordinates (the image is 1 wide), `zoom` as OpenSeadragon has it. */
export function toRetina(
  retina: Retina,
  center: { readonly x: number; readonly y: number },
  zoom: number,
): RetinaView {
  const { x, y, radius } = circleOf(retina);
  return {
    x: (center.x * retina.width - x) / radius,
    y: (center.y * retina.width - y) / radius,
    span: retina.width / zoom / radius,
  };
}

export function fromRetina(retina: Retina, view: RetinaView): { x: number; y: number; zoom: number } {
  const { x, y, radius } = circleOf(retina);
  return {
    x: (x + view.x * radius) / retina.width,
    y: (y + view.y * radius) / retina.width,
    zoom: retina.width / (view.span * radius),
  };
}

/** Nasal stays nasal: the other eye is a mirror image. */
export const mirrored = (view: RetinaView): RetinaView => ({ ...view, x: -view.x });
