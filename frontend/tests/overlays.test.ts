import type OpenSeadragon from "openseadragon";
import { describe, expect, it } from "vitest";
import { Overlays } from "@/pages/viewer/overlays";

interface Item {
  readonly source: object;
  setOpacity: (opacity: number) => void;
  getContentSize: () => { x: number };
}
const item = (source: object): Item => ({
  source,
  setOpacity: () => {},
  getContentSize: () => ({ x: 100 }),
});

/** What OpenSeadragon's worlds do, as far as overlays go. */
class World {
  readonly items: Item[] = [];
  private readonly handlers: ((event: { item: Item }) => void)[] = [];
  addHandler = (_: string, handler: (event: { item: Item }) => void) => this.handlers.push(handler);
  getItemCount = () => this.items.length;
  getItemAt = (index: number) => this.items[index];
  addItem(added: Item): void {
    this.items.push(added);
    for (const handler of this.handlers) handler({ item: added });
  }
  removeItem = (gone: Item) => this.items.splice(this.items.indexOf(gone), 1);
}

function room() {
  const world = new World();
  const map = new World();
  const photograph = {};
  world.addItem(item(photograph));
  map.addItem(item(photograph));
  const sources: object[] = [];
  const viewer = {
    world,
    navigator: { world: map },
    addTiledImage: ({ success }: { success: (event: { item: Item }) => void }) => {
      const source = {};
      sources.push(source);
      const added = item(source);
      world.addItem(added);
      success({ item: added });
    },
  };
  const overlays = new Overlays(viewer as unknown as OpenSeadragon.Viewer, () => {});
  return { world, map, sources, overlays };
}

describe("the overview", () => {
  it("keeps an overlay that the picture shows", async () => {
    const { map, sources, overlays } = room();
    overlays.set([{ url: "/overlay", opacity: 0.5 }]);

    map.addItem(item(sources[0] ?? {}));
    await Promise.resolve();

    expect(map.items).toHaveLength(2);
  });

  it("drops an overlay that was taken away before it came to the overview", async () => {
    const { world, map, sources, overlays } = room();
    overlays.set([{ url: "/overlay", opacity: 0.5 }]);
    overlays.set([]);

    map.addItem(item(sources[0] ?? {}));
    await Promise.resolve();

    expect(world.items).toHaveLength(1);
    expect(map.items).toHaveLength(1);
  });
});
