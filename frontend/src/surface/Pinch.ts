import OpenSeadragon from "openseadragon";

interface Finger {
  readonly x: number;
  readonly y: number;
}

/** Two fingers on a layer that lies over the viewer pan and zoom it, one finger is left to the layer. */
export class Pinch {
  private readonly fingers = new Map<number, Finger>();
  private pinching = false;

  constructor(private readonly viewer: OpenSeadragon.Viewer) {}

  /** True when the event belongs to a pinch: the layer must not draw with it. */
  takes(event: PointerEvent): boolean {
    if (event.pointerType !== "touch") return false;
    const finger = { x: event.clientX, y: event.clientY };
    if (event.type === "pointerdown") {
      this.fingers.set(event.pointerId, finger);
      if (this.fingers.size >= 2) this.pinching = true;
      return this.pinching;
    }
    const was = this.pinching;
    if (event.type === "pointermove") {
      if (was) this.turn(event.pointerId, finger);
      else if (this.fingers.has(event.pointerId)) this.fingers.set(event.pointerId, finger);
      return was;
    }
    this.fingers.delete(event.pointerId);
    if (this.fingers.size === 0) this.pinching = false; // the last finger of a pinch draws nothing
    return was;
  }

  private turn(id: number, now: Finger): void {
    const before = this.fingers.get(id);
    const other = [...this.fingers].find(([one]) => one !== id)?.[1];
    this.fingers.set(id, now);
    if (!before || !other) return;
    const { viewport } = this.viewer;
    const box = this.viewer.canvas.getBoundingClientRect();
    const place = (finger: Finger) =>
      viewport.pointFromPixel(
        new OpenSeadragon.Point((finger.x + other.x) / 2 - box.left, (finger.y + other.y) / 2 - box.top),
        true,
      );
    viewport.panBy(place(before).minus(place(now)), true);
    const apart = (finger: Finger) => Math.hypot(finger.x - other.x, finger.y - other.y);
    if (apart(before) > 0) viewport.zoomBy(apart(now) / apart(before), place(now), true);
    viewport.applyConstraints(true);
  }
}
