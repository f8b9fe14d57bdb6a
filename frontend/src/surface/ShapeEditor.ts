import "@annotorious/openseadragon/annotorious-openseadragon.css";
import "@annotorious/plugin-tools/annotorious-plugin-tools.css";
import {
  createOSDAnnotator,
  UserSelectAction,
  type ImageAnnotation,
  type OpenSeadragonAnnotator,
} from "@annotorious/openseadragon";
import { mountPlugin } from "@annotorious/plugin-tools";
import type OpenSeadragon from "openseadragon";
import { fromSelector, toSelector, type Selector } from "./convert";
import { HandleSize } from "./HandleSize";
import { movedInside, shiftBetween } from "./outlines";
import { sameShape, settle, type Region, type Shape, type Size } from "./shapes";

const LOCAL = { origin: "LOCAL" as never }; // only what the person did, not what we set by code

interface Options {
  readonly viewer: OpenSeadragon.Viewer;
  readonly image: Size;
  readonly onEdited: (uuid: string, shape: Shape) => void;
  readonly onTouching: (touching: boolean) => void;
}

/**
 * Handles on the one shape that is being edited, by Annotorious. It never sees the other shapes, chooses
 * nothing itself and has no say in undo: each line that works around one of its traps says which.
 */
export class ShapeEditor {
  private readonly annotator: OpenSeadragonAnnotator;
  private readonly listening = new AbortController();
  private region: Region | null = null;
  private color = "#ced4da";
  private readonly handles: HandleSize;
  private pointerDown = false;
  private touched = false;
  private readonly style = () => ({
    fill: this.color as never,
    fillOpacity: 0, // at rest the shape itself is drawn below; under the hand the lesion is to be seen
    stroke: "#ffffff" as never,
    strokeWidth: 2,
  });

  constructor(private readonly options: Options) {
    this.annotator = createOSDAnnotator(options.viewer, {
      drawingEnabled: false,
      polygonSimplificationTolerance: 0, // the default of 1 px shrinks small lesions
      userSelectAction: UserSelectAction.EDIT,
      modalSelect: true, // clicks choose through our own hit test, which knows all shapes
      style: this.style,
      theme: "dark",
    });
    mountPlugin(this.annotator); // the editor for ellipses
    this.handles = new HandleSize(options.viewer);
    const { store } = this.annotator.state;
    store.observe(() => {
      this.touched = true;
      if (this.pointerDown) this.options.onTouching(true);
      else this.report();
    }, LOCAL);
    this.listen();
  }

  /** Puts handles on a region, or on none; the same region again changes nothing. */
  edit(region: Region | null, color: string): void {
    if (color !== this.color) {
      this.color = color;
      this.annotator.setStyle(this.style);
    }
    if (region === this.region) return;
    const before = this.region;
    this.region = region;
    this.handles.follow(region);
    this.touched = false;
    if (!region) {
      this.annotator.setSelected();
      this.annotator.setAnnotations([], true);
    } else if (before?.uuid === region.uuid && sameKind(before, region)) {
      const shown = this.shownShape();
      if (!shown || !sameShape(shown, region)) this.annotator.updateAnnotation(annotationOf(region));
    } else {
      this.annotator.setSelected();
      this.annotator.setAnnotations([annotationOf(region)], true);
      this.annotator.setSelected(editorId(region), true);
    }
  }

  /** True while a corner is picked: Delete then takes the corner, not the shape. */
  ownsDeleteKey(): boolean {
    return this.options.viewer.element.querySelector(".a9s-handle-selected") !== null;
  }

  destroy(): void {
    this.listening.abort();
    this.handles.destroy();
    this.annotator.destroy();
  }

  private listen(): void {
    const { signal } = this.listening;
    const { element } = this.options.viewer;
    element.addEventListener("pointerdown", () => (this.pointerDown = true), { capture: true, signal });
    const released = () => {
      this.pointerDown = false;
      setTimeout(() => {
        this.report(); // after Annotorious has handled the same event
        this.options.onTouching(false);
      });
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

  private report(): void {
    const before = this.region;
    if (!this.touched || !before) return;
    this.touched = false;
    const shape = this.shownShape();
    const settled = shape && (sameShape(shape, before) ? shape : this.settled(before, shape));
    if (settled && !sameShape(settled, before)) this.options.onEdited(before.uuid, settled);
    else if (shape && settled && !sameShape(shape, settled)) {
      this.annotator.updateAnnotation(annotationOf(before)); // pushed against the edge: back to where it was
    }
  }

  /** What is stored of an edit: a shape that was only shifted stops at the edge and keeps its form. */
  private settled(before: Region, after: Shape): Shape | null {
    const { image } = this.options;
    const by = shiftBetween(before, after);
    if (!by) return settle(after, image);
    const [moved] = movedInside([before], by, image);
    return settle(moved?.to ?? before, image);
  }

  private shownShape(): Shape | null {
    const annotation = this.region && this.annotator.state.store.getAnnotation(editorId(this.region));
    if (!annotation || !this.region) return null;
    return fromSelector(annotation.target.selector as unknown as Selector, this.region);
  }
}

/** Whether Annotorious keeps the same editor for both; another kind needs a new one. */
const sameKind = (a: Shape, b: Shape) => toSelector(a).type === toSelector(b).type;

/** Another kind is another annotation: under the same id Annotorious would keep the old kind's editor for it. */
const editorId = (region: Region) => `${region.uuid}/${toSelector(region).type}`;

function annotationOf(region: Region): ImageAnnotation {
  const id = editorId(region);
  return { id, bodies: [], target: { annotation: id, selector: toSelector(region) as never } };
}
