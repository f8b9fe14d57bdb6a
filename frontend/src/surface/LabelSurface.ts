/**
 * The one door to whatever draws and edits shapes on an image. Pages and the labelling document know this
 * interface only; Annotorious stays behind AnnotoriousSurface. Image pixels throughout; the caller's regions are
 * the truth, the surface shows them and reports what the person did.
 */
import type { Pattern } from "./patterns";
import type { Region, Shape } from "./shapes";

export type Tool = "select" | "rect" | "polygon";

export interface ClassLook {
  readonly color: string;
  readonly pattern: Pattern;
  readonly visible: boolean;
}
export interface Look {
  readonly classes: ReadonlyMap<string, ClassLook>;
  /** 0..1: how dense the inside of a shape is; outlines stay. */
  readonly fillOpacity: number;
}
export interface EditedShape {
  readonly uuid: string;
  readonly shape: Shape;
}
export interface SurfaceEvents {
  readonly onDrawn: (drawn: EditedShape) => void;
  readonly onEdited: (edited: readonly EditedShape[]) => void;
  readonly onSelected: (uuids: readonly string[]) => void;
}

export interface LabelSurface {
  /** Shows exactly these regions; cheap when few of them changed since the last call. */
  setRegions(regions: ReadonlyMap<string, Region>): void;
  setLook(look: Look): void;
  setTool(tool: Tool): void;
  setEditable(editable: boolean): void;
  select(uuids: readonly string[]): void;
  /** The class that the next shape will have. */
  setDrawingClass(lesionClass: string | null): void;
  /** Drops a shape that is being drawn, or else the selection. */
  cancel(): void;
  /** Takes back the last corner of a polygon that is being drawn; false when none is. */
  stepBack(): boolean;
  /** Closes a polygon that is being drawn; false when none is. */
  finish(): boolean;
  /** True while a key press belongs to the shape editor (a corner is picked). */
  ownsDeleteKey(): boolean;
  reveal(uuid: string): void;
  destroy(): void;
}
