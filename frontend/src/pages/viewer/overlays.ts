import type OpenSeadragon from "openseadragon";

export interface Overlay {
  readonly url: string;
  readonly opacity: number;
  /** Another picture of the same eye: right above the original, below all overlays. */
  readonly isPicture?: boolean;
}

/** Pictures laid over the base image: only those wished for, each as dense as wished. */
export class Overlays {
  private readonly items = new Map<string, OpenSeadragon.TiledImage | "loading">();
  private wished: ReadonlyMap<string, number> = new Map();
  private gone = false;

  constructor(
    private readonly viewer: OpenSeadragon.Viewer,
    private readonly onError: (url: string, why: string) => void,
  ) {
    const handler = ({ item }: { item: OpenSeadragon.TiledImage }) =>
      queueMicrotask(() => this.keepMapTrue(item));
    (viewer.navigator as OpenSeadragon.Viewer | undefined)?.world.addHandler("add-item", handler as never);
  }

  set(overlays: readonly Overlay[]): void {
    this.wished = new Map(overlays.map(({ url, opacity }) => [url, opacity]));
    for (const [url, item] of this.items) {
      const opacity = this.wished.get(url);
      if (item === "loading") continue;
      if (opacity !== undefined) item.setOpacity(opacity);
      else this.drop(url, item);
    }
    for (const overlay of overlays) if (!this.items.has(overlay.url)) this.add(overlay);
  }

  dispose(): void {
    this.gone = true;
    this.wished = new Map();
    for (const [url, item] of this.items) if (item !== "loading") this.drop(url, item);
  }

  private add({ url, opacity, isPicture = false }: Overlay): void {
    this.items.set(url, "loading");
    this.viewer.addTiledImage({
      tileSource: { type: "image", url, buildPyramid: isPicture } as never,
      ...(isPicture ? { index: 1 } : {}),
      x: 0,
      y: 0,
      width: 1,
      opacity,
      success: (event) => this.added(url, (event as unknown as { item: OpenSeadragon.TiledImage }).item),
      error: () => {
        this.items.delete(url);
        if (!this.gone) this.onError(url, "The overlay could not be loaded.");
      },
    });
  }

  private added(url: string, item: OpenSeadragon.TiledImage): void {
    const base = this.viewer.world.getItemAt(0);
    const wished = this.wished.get(url);
    if (this.gone || wished === undefined) {
      this.drop(url, item);
      return;
    }
    // An overlay denser than the base would shift every shape by hundreds of pixels.
    if (base && base !== item && item.getContentSize().x > base.getContentSize().x) {
      this.drop(url, item);
      this.onError(url, "The overlay is larger than the image, so it is not shown.");
      return;
    }
    item.setOpacity(wished);
    this.items.set(url, item);
  }

  /** OpenSeadragon's overview gets each picture a moment later, and so also one that was taken away meanwhile. */
  private keepMapTrue(item: OpenSeadragon.TiledImage): void {
    if (this.gone) return;
    const { world } = this.viewer;
    for (let index = 0; index < world.getItemCount(); index += 1)
      if (world.getItemAt(index).source === item.source) return;
    this.viewer.navigator.world.removeItem(item);
  }

  private drop(url: string, item: OpenSeadragon.TiledImage): void {
    this.items.delete(url);
    try {
      this.viewer.world.removeItem(item);
    } catch {
      // the viewer went first
    }
  }
}
