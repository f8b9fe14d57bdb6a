import type { Reading } from "@/api/types";

const FOVEA_FROM_DISC = 2.5; // disc's centre to fovea, in disc diameters; the server reckons likewise

/** The disc's diameter (px) as marked, else by how far the fovea is from it; null until that is known. */
export function discDiameterOf({ disc, fovea, disc_diameter: marked }: Reading["landmarks"]): number | null {
  if (marked) return marked;
  const [discX, discY] = disc ?? [];
  const [foveaX, foveaY] = fovea ?? [];
  if (discX === undefined || discY === undefined || foveaX === undefined || foveaY === undefined) return null;
  return Math.hypot(discX - foveaX, discY - foveaY) / FOVEA_FROM_DISC || null;
}
