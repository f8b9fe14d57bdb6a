import type OpenSeadragon from "openseadragon";
import { DrawingLayer } from "./DrawingLayer";
import { hit, within } from "./hits";
import type { ClassLook, LabelSurface, Look, SurfaceEvents, Tool } from "./LabelSurface";
import { boundsOfShape, inside, movedInside, type Bounds } from "./outlines";
import { RegionStage } from "./RegionStage";
import { SelectTool, zoomOf } from "./SelectTool";
import type { BatchStyle, Drawable } from "./ShapeBatches";
import { ShapeEditor } from "./ShapeEditor";
import { settle, type Point, type Region, type Shape, type Size } from "./shapes";

const UNKNOWN_CLASS: ClassLook = { color: "#ced4da", pattern: "solid", visible: true, findingsVisible: true };
const SETTLED_MS = 150; // until what was let go of has been stored and is drawn where it is now
const REVEAL_PX = 120; // around a revealed shape, screen px

interface Options {
  readonly viewer: OpenSeadragon.Viewer;
  readonly image: Size;
  readonly events: SurfaceEvents;
}

/** LabelSurface: one canvas for all shapes, our own choosing and drawing, Annotorious' handles on the chosen one. */
export class AnnotoriousSurface implements LabelSurface {
  private readonly stage: RegionStage;
  private readonly editor: ShapeEditor;
  private readonly drawing: DrawingLayer;
  private readonly choosing: SelectTool;
  private shown: ReadonlyMap<string, Region> = new Map();
  private look: Look = { classes: new Map(), fillOpacity: 0.2 };
  private selected: readonly string[] = [];
  private finding: string | null = null;
  private tool: Tool = "select";
  private cutting = false;
  private editable = false;
  private moving = false;

  constructor(private readonly options: Options) {
    const { viewer, image, events } = options;
    this.stage = new RegionStage(viewer);
    this.editor = new ShapeEditor({
      viewer,
      image,
      onEdited: (uuid, shape) => events.onEdited([{ uuid, shape }]),
      onTouching: (touching) => {
        if (touching) this.stage.setLifted(new Set(this.selected));
        else window.setTimeout(() => this.refresh(), SETTLED_MS);
        events.onTouching(touching);
      },
    });
    this.choosing = new SelectTool({
      viewer,
      movesSelection: (at) => this.movesSelection(at),
      onClick: (at, toggle) => this.clicked(at, toggle),
      onMoving: (by) => this.showMoving(by),
      onMoved: (by) => this.moveSelected(by),
      onBox: (box) => this.stage.setBox(box),
      onBoxed: (box) => this.boxed(box),
      onPointer: (at) => this.pointed(at),
    });
    this.drawing = new DrawingLayer(viewer, (shapes) => this.drawn(shapes));
  }

  setRegions(regions: ReadonlyMap<string, Region>): void {
    const before = this.shown;
    this.shown = regions;
    this.stage.labels.set(regions);
    const left = this.selected.filter((uuid) => regions.has(uuid) || !before.has(uuid));
    if (left.length < this.selected.length) this.select(left);
    else this.refresh();
  }

  setFindings(findings: ReadonlyMap<string, Drawable>): void {
    this.stage.findings.set(findings);
    if (this.finding && !findings.has(this.finding)) this.chooseFinding(null);
    this.stage.later();
  }

  setLook(look: Look): void {
    this.look = look;
    this.stage.setStyles(
      (lesionClass) => this.styleOf(lesionClass, false),
      (lesionClass) => this.styleOf(lesionClass, true),
    );
    this.refresh();
  }

  setTool(tool: Tool): void {
    this.tool = tool;
    this.applyMode();
  }

  setCutting(cutting: boolean): void {
    this.cutting = cutting;
    this.applyMode();
  }

  setEditable(editable: boolean): void {
    this.editable = editable;
    this.applyMode();
  }

  select(uuids: readonly string[]): void {
    this.selected = uuids;
    this.refresh();
    this.options.events.onSelected(uuids);
  }

  cancel(): boolean {
    if (this.drawing.cancel()) return true;
    const had = this.selected.length > 0 || this.finding !== null;
    if (this.selected.length > 0) this.select([]);
    this.chooseFinding(null);
    return had;
  }

  stepBack(): boolean {
    return this.drawing.stepBack();
  }

  finish(): boolean {
    return this.drawing.finish();
  }

  setDrawingClass(lesionClass: string | null): void {
    this.drawing.setColor(this.classLook(lesionClass ?? "").color);
  }

  ownsDeleteKey(): boolean {
    return this.editor.ownsDeleteKey();
  }

  reveal(uuid: string): void {
    const shape = this.shown.get(uuid);
    if (!shape) return;
    const { viewport, world } = this.options.viewer;
    const { minX, minY, maxX, maxY } = boundsOfShape(shape);
    const around = REVEAL_PX / zoomOf(this.options.viewer);
    const box = [minX - around, minY - around, maxX - minX + 2 * around, maxY - minY + 2 * around] as const;
    viewport.fitBounds(world.getItemAt(0).imageToViewportRectangle(...box));
  }

  destroy(): void {
    this.choosing.destroy();
    this.drawing.destroy();
    this.editor.destroy();
    this.stage.destroy();
  }

  private applyMode(): void {
    const tool = this.editable && this.tool !== "select" ? this.tool : null;
    this.drawing.setTool(tool);
    this.choosing.setActive(tool === null);
    this.options.viewer.element.dataset["drawing"] = String(tool !== null);
    if (tool !== null && !this.cutting && this.selected.length > 0) this.select([]);
    else this.refresh();
  }

  /** Handles on a single chosen shape, white outlines on several. */
  private refresh(): void {
    const [first, ...others] = this.selected;
    const one = first !== undefined && others.length === 0 ? this.shown.get(first) : undefined;
    const handles = this.editable && this.tool === "select" && one && this.isVisible(one.lesionClass);
    const edited = handles ? one : null;
    this.editor.edit(edited, this.classLook(edited?.lesionClass ?? "").color);
    const outlined = edited ? [] : this.selected;
    this.stage.setLifted(new Set());
    this.stage.setSelected(this.finding ? [...outlined, this.finding] : outlined);
  }

  private clicked(at: Point, toggle: boolean): void {
    const uuid = this.labelAt(at);
    if (!toggle) {
      this.select(uuid ? [uuid] : []);
      this.chooseFinding(uuid ? null : this.findingAt(at));
    } else if (uuid) {
      const without = this.selected.filter((one) => one !== uuid);
      this.select(without.length < this.selected.length ? without : [...this.selected, uuid]);
    }
  }

  private chooseFinding(uuid: string | null): void {
    if (uuid === this.finding) return;
    this.finding = uuid;
    this.refresh();
    this.options.events.onFinding(uuid);
  }

  private boxed(box: Bounds): void {
    const inBox = within(this.visibleLabels(), box);
    this.select([...new Set([...this.selected, ...inBox])]);
  }

  private movesSelection(at: Point): boolean {
    if (!this.editable || this.selected.length < 2) return false;
    return this.selected.some((uuid) => inside(this.stage.labels.get(uuid)?.rings ?? [], at));
  }

  private showMoving(by: Point): void {
    const moving = by[0] !== 0 || by[1] !== 0;
    if (moving !== this.moving) this.stage.setLifted(new Set(moving ? this.selected : []));
    this.moving = moving;
    this.stage.setSelected(this.selected, by);
  }

  private moveSelected(by: Point): void {
    this.showMoving([0, 0]);
    const { image } = this.options;
    const regions = this.selected.flatMap((uuid) => this.shown.get(uuid) ?? []);
    const edited = movedInside(regions, by, image).flatMap(({ from, to }) => {
      const shape = settle(to, image);
      return shape ? [{ uuid: from.uuid, shape }] : [];
    });
    if (edited.length > 0) this.options.events.onEdited(edited);
  }

  private pointed(at: Point | null): void {
    const label = at && this.tool === "select" ? this.labelAt(at) : null;
    const finding = at && !label && this.tool === "select" ? this.findingAt(at) : null;
    this.stage.setHovered(label ?? finding);
    this.options.viewer.canvas.style.cursor = (label ?? finding) ? "pointer" : "";
    this.options.events.onPointer(at && { at, label, finding });
  }

  private drawn(shapes: readonly Shape[]): void {
    const settled = shapes.flatMap((shape) => settle(shape, this.options.image) ?? []);
    if (settled.length > 0) this.options.events.onDrawn(settled);
  }

  private labelAt(at: Point): string | null {
    return hit(this.visibleLabels(), at, zoomOf(this.options.viewer));
  }

  private findingAt(at: Point): string | null {
    const visible = this.stage.findings.targets((lesionClass) => this.isVisible(lesionClass, true));
    return hit(visible, at, zoomOf(this.options.viewer));
  }

  private visibleLabels() {
    return this.stage.labels.targets((lesionClass) => this.isVisible(lesionClass));
  }

  private classLook(lesionClass: string): ClassLook {
    return this.look.classes.get(lesionClass) ?? UNKNOWN_CLASS;
  }

  private isVisible(lesionClass: string, finding = false): boolean {
    const look = this.classLook(lesionClass);
    return finding ? look.findingsVisible : look.visible;
  }

  private styleOf(lesionClass: string, finding: boolean): BatchStyle | null {
    if (!this.isVisible(lesionClass, finding)) return null;
    const { color, pattern } = this.classLook(lesionClass);
    return {
      color,
      pattern,
      stroke: color,
      fillOpacity: finding ? this.look.fillOpacity / 2 : this.look.fillOpacity,
      strokeWidth: finding ? 1.25 : 1.5,
      dashed: finding,
      rimmed: true,
    };
  }
}
