/**
 * The one door to whatever draws and edits shapes on an image. Pages and the labelling document know this
 * interface only; Annotorious stays behind AnnotoriousSurface. Image pixels throughout; the caller's regions are
 * the truth, the surface shows them and reports what the person did.
 */
import type { Pattern } from "./patterns";
import type { Drawable } from "./ShapeBatches";
import type { Point, Region, Shape } from "./shapes";

export type DrawingTool = "rect" | "polygon" | "ellipse" | "freehand";
export type Tool = "select" | DrawingTool;

export interface ClassLook {
  readonly color: string;
  readonly pattern: Pattern;
  readonly visible: boolean;
  readonly findingsVisible: boolean;
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
/** Where the pointer is, image px, and what is under it. */
export interface Pointed {
  readonly at: Point;
  readonly label: string | null;
  readonly finding: string | null;
}
export interface SurfaceEvents {
  /** One stroke; several shapes when the stroke crossed itself. */
  readonly onDrawn: (shapes: readonly Shape[]) => void;
  readonly onEdited: (edited: readonly EditedShape[]) => void;
  /** A shape is under the hand: a change will follow, or not. */
  readonly onTouching: (touching: boolean) => void;
  readonly onSelected: (uuids: readonly string[]) => void;
  /** A read-only finding was clicked, or nothing of the kind. */
  readonly onFinding: (uuid: string | null) => void;
  /** Null: the pointer left. Called often. */
  readonly onPointer: (pointed: Pointed | null) => void;
}

export interface LabelSurface {
  /** Shows exactly these regions; cheap when few of them changed since the last call. */
  setRegions(regions: ReadonlyMap<string, Region>): void;
  /** Read-only shapes below the labels, drawn with dashed outlines. */
  setFindings(findings: ReadonlyMap<string, Drawable>): void;
  setLook(look: Look): void;
  setTool(tool: Tool): void;
  /** While true, drawing keeps the selection: what is drawn will be cut out of it. */
  setCutting(cutting: boolean): void;
  setEditable(editable: boolean): void;
  select(uuids: readonly string[]): void;
  /** The class that the next shape will have. */
  setDrawingClass(lesionClass: string | null): void;
  /** Drops a shape that is being drawn, or else the selection; false when there was neither. */
  cancel(): boolean;
  /** Takes back the last corner of a polygon that is being drawn; false when none is. */
  stepBack(): boolean;
  /** Closes a polygon that is being drawn; false when none is. */
  finish(): boolean;
  /** True while a key press belongs to the shape editor (a corner is picked). */
  ownsDeleteKey(): boolean;
  reveal(uuid: string): void;
  destroy(): void;
}
