import type { LesionClass } from "@/api/types";
import type { SaveState } from "@/labelling/saver";
import type { Region } from "@/surface/shapes";

/** The one region that the server refuses, and with it every save until it is mended or undone. */
export interface Refused {
  readonly name: string;
  /** Null when it is not on the image any more: its deletion was refused. */
  readonly uuid: string | null;
}

export function refusedOf(
  save: SaveState,
  regions: ReadonlyMap<string, Region>,
  classes: readonly LesionClass[],
): Refused | null {
  if (save.kind !== "failed") return null;
  const { uuid } = save.error.detail;
  if (typeof uuid !== "string") return null;
  const region = regions.get(uuid);
  if (!region) return { name: "a deleted region", uuid: null };
  return { name: classes.find(({ code }) => code === region.lesionClass)?.name ?? region.lesionClass, uuid };
}
