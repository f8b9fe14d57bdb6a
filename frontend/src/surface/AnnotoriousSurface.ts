import "@annotorious/openseadragon/annotorious-openseadragon.css";
import {
  createOSDAnnotator,
  UserSelectAction,
  type ImageAnnotation,
  type OpenSeadragonAnnotator,
} from "@annotorious/openseadragon";
import type OpenSeadragon from "openseadragon";
import { fromSelector, toSelector, type Selector } from "./convert";
import type { StageStyle } from "./canvasStage";
import { DrawingLayer } from "./DrawingLayer";
import type { ClassLook, EditedShape, LabelSurface, Look, SurfaceEvents, Tool } from "./LabelSurface";
import { newUuid } from "@/lib/uuid";
import { sameShape, settle, type Region, type Shape, type Size } from "./shapes";

const STROKE_WIDTH = 1.5; // 1 makes panning dearer in Annotorious
const UNKNOWN_CLASS: ClassLook = { color: "#ced4da", pattern: "solid", visible: true };
const LOCAL = { origin: "LOCAL" as never }; // only what the person did, not what we set by code

interface Options {
  readonly viewer: OpenSeadragon.Viewer;
  readonly image: Size;
  readonly events: SurfaceEvents;
}

/** LabelSurface on Annotorious. Each line that works around one of its traps says which. */
export class AnnotoriousSurface implements LabelSurface {
  private readonly annotator: OpenSeadragonAnnotator;
  private readonly drawing: DrawingLayer;
  private readonly listening = new AbortController();
  private shown: ReadonlyMap<string, Region> = new Map();
  private look: Look = { classes: new Map(), fillOpacity: 0.2 };
  private tool: Tool = "select";
  private editable = false;
  private pointerDown = false;
  private readonly touched = new Set<string>();

  constructor(private readonly options: Options) {
    this.annotator = createOSDAnnotator(options.viewer, {
      drawingEnabled: false,
      polygonSimplificationTolerance: 0, // the default of 1 px shrinks small lesions
      userSelectAction: UserSelectAction.SELECT,
      style: (annotation, state) => this.styleOf(annotation.id, state?.selected === true) as never,
      theme: "dark",
    });
    const { store } = this.annotator.state;
    store.observe(({ changes }) => {
      changes.updated?.forEach(({ newValue }) => this.touched.add(newValue.id));
      if (!this.pointerDown) this.reportTouched();
    }, LOCAL);
    this.annotator.on("selectionChanged", (selected) =>
      this.options.events.onSelected(selected.map((annotation) => annotation.id)),
    );
    this.drawing = new DrawingLayer(options.viewer, (shape) => this.drawn(shape));
    this.listen();
  }

  setRegions(regions: ReadonlyMap<string, Region>): void {
    const before = this.shown;
    this.shown = regions;
    for (const uuid of before.keys()) {
      if (!regions.has(uuid)) this.annotator.state.store.deleteAnnotation(uuid, "REMOTE" as never);
    }
    const added: ImageAnnotation[] = [];
    for (const [uuid, region] of regions) {
      if (before.get(uuid) === region) continue;
      if (this.annotator.state.store.getAnnotation(uuid))
        this.annotator.updateAnnotation(annotationOf(region));
      else added.push(annotationOf(region));
    }
    // Adding one by one copies the whole list each time: thousands go in with one call.
    if (added.length > 0) this.annotator.setAnnotations(added, false);
  }

  setLook(look: Look): void {
    this.look = look;
    this.annotator.setStyle(
      (annotation, state) => this.styleOf(annotation.id, state?.selected === true) as never,
    );
    this.annotator.setFilter((annotation) => this.lookOf(annotation.id).visible);
  }

  setTool(tool: Tool): void {
    this.tool = tool;
    this.applyMode();
  }

  setEditable(editable: boolean): void {
    this.editable = editable;
    this.applyMode();
  }

  select(uuids: readonly string[]): void {
    this.annotator.setSelected([...uuids], this.editable);
  }

  cancel(): void {
    if (!this.drawing.cancel()) this.annotator.cancelSelected();
  }

  stepBack(): boolean {
    return this.drawing.stepBack();
  }

  finish(): boolean {
    return this.drawing.finish();
  }

  setDrawingClass(lesionClass: string | null): void {
    const look = lesionClass === null ? undefined : this.look.classes.get(lesionClass);
    this.drawing.setColor((look ?? UNKNOWN_CLASS).color);
  }

  ownsDeleteKey(): boolean {
    return this.options.viewer.element.querySelector(".a9s-handle-selected") !== null;
  }

  reveal(uuid: string): void {
    this.annotator.fitBounds(uuid, { padding: 120 });
  }

  destroy(): void {
    this.listening.abort();
    this.drawing.destroy();
    this.annotator.destroy();
  }

  private applyMode(): void {
    const drawing = this.editable && this.tool !== "select";
    this.drawing.setTool(drawing && this.tool !== "select" ? this.tool : null);
    if (drawing) this.annotator.cancelSelected();
    this.annotator.setUserSelectAction(this.editable ? UserSelectAction.EDIT : UserSelectAction.SELECT);
    this.options.viewer.element.dataset["drawing"] = String(drawing);
  }

  private listen(): void {
    const { signal } = this.listening;
    const { element } = this.options.viewer;
    element.addEventListener("pointerdown", () => (this.pointerDown = true), { capture: true, signal });
    const released = () => {
      this.pointerDown = false;
      setTimeout(() => this.reportTouched()); // after Annotorious has handled the same event
    };
    window.addEventListener("pointerup", released, { signal });
    window.addEventListener("pointercancel", released, { signal });
    // Annotorious has an undo of its own on these keys, which merges and forgets steps: it must not see them.
    const undoKeys = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && ["z", "y"].includes(event.key.toLowerCase())) {
        event.stopPropagation();
      }
    };
    element.addEventListener("keydown", undoKeys, { capture: true, signal });
  }

  private drawn(shape: Shape): void {
    const settled = settle(shape, this.options.image);
    if (settled) this.options.events.onDrawn({ uuid: newUuid(), shape: settled });
  }

  private reportTouched(): void {
    const edited: EditedShape[] = [];
    for (const uuid of this.touched) {
      const annotation = this.annotator.state.store.getAnnotation(uuid);
      const before = this.shown.get(uuid);
      const shape = annotation && this.settled(annotation, before);
      if (shape && before && !sameShape(shape, before)) edited.push({ uuid, shape });
    }
    this.touched.clear();
    if (edited.length > 0) this.options.events.onEdited(edited);
  }

  private settled(annotation: ImageAnnotation, before?: Region) {
    const shape = fromSelector(annotation.target.selector as unknown as Selector, before);
    if (!shape) return null;
    return before && sameShape(shape, before) ? shape : settle(shape, this.options.image);
  }

  private lookOf(uuid: string): ClassLook {
    const region = this.shown.get(uuid);
    return (region && this.look.classes.get(region.lesionClass)) ?? UNKNOWN_CLASS;
  }

  private styleOf(uuid: string, selected: boolean): StageStyle {
    const { color, pattern } = this.lookOf(uuid);
    return {
      fill: color,
      fillOpacity: selected ? Math.min(this.look.fillOpacity, 0.12) : this.look.fillOpacity,
      stroke: selected ? "#ffffff" : lightened(color),
      strokeOpacity: 1,
      strokeWidth: selected ? STROKE_WIDTH + 1 : STROKE_WIDTH,
      pattern,
    };
  }
}

/** Brighter outlines: a red one on a red retina is hard to see. `color` is #rrggbb. */
function lightened(color: string): string {
  const channels = [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16));
  const mixed = channels.map((channel) => Math.round(channel + (255 - channel) * 0.4));
  return channels.some(Number.isNaN) ? color : `rgb(${mixed.join(", ")})`;
}

function annotationOf(region: Region): ImageAnnotation {
  return {
    id: region.uuid,
    bodies: [],
    target: { annotation: region.uuid, selector: toSelector(region) as never },
  };
}
