/** Two viewers that show the same part of two retinas: zoom and place by the field of view, not by pixels. */
import OpenSeadragon from "openseadragon";
import { fromRetina, mirrored, toRetina, type Retina } from "./retina";

export type Linking = "off" | "same" | "mirrored";

interface Member {
  readonly viewer: OpenSeadragon.Viewer;
  readonly retina: Retina;
  readonly stop: () => void;
}

/** Whoever is touched leads; the others follow at once. */
export class LinkedViews {
  private readonly members = new Map<string, Member>();
  private leader: string | null = null;
  private linking: Linking = "off";

  setLinking(linking: Linking): void {
    this.linking = linking;
    if (linking !== "off" && this.leader !== null) this.follow(this.leader);
  }

  join(name: string, viewer: OpenSeadragon.Viewer, retina: Retina): () => void {
    const lead = () => this.lead(name);
    const follow = () => this.leader === name && this.follow(name);
    const touches = ["canvas-press", "canvas-scroll", "canvas-key", "canvas-pinch"] as const;
    for (const touch of touches) viewer.addHandler(touch, lead);
    viewer.addHandler("update-viewport", follow);
    const stop = () => {
      for (const touch of touches) viewer.removeHandler(touch, lead);
      viewer.removeHandler("update-viewport", follow);
    };
    this.members.set(name, { viewer, retina, stop });
    return () => {
      stop();
      this.members.delete(name);
      if (this.leader === name) this.leader = null;
    };
  }

  lead(name: string): void {
    this.leader = name;
  }

  /** Each viewer for itself, linked or not. */
  all(act: (viewer: OpenSeadragon.Viewer) => void): void {
    this.leader = null;
    this.members.forEach(({ viewer }) => act(viewer));
  }

  /** The viewers that a command is for: all, since linked ones move together and others are asked alike. */
  each(act: (viewer: OpenSeadragon.Viewer) => void): void {
    if (this.linking === "off") this.members.forEach(({ viewer }) => act(viewer));
    else {
      const name = this.leader ?? this.members.keys().next().value ?? "";
      this.lead(name);
      const led = this.members.get(name);
      if (led) act(led.viewer);
    }
  }

  private follow(name: string): void {
    const from = this.members.get(name);
    if (!from || this.linking === "off") return;
    const { viewport } = from.viewer;
    const seen = toRetina(from.retina, viewport.getCenter(true), viewport.getZoom(true));
    for (const [other, { viewer, retina }] of this.members) {
      if (other === name) continue;
      const wanted = fromRetina(retina, this.linking === "mirrored" ? mirrored(seen) : seen);
      viewer.viewport.zoomTo(wanted.zoom, undefined, true);
      viewer.viewport.panTo(new OpenSeadragon.Point(wanted.x, wanted.y), true);
    }
  }
}
