import OpenSeadragon from "openseadragon";
import { useEffect, useState, type RefObject } from "react";
import { placeOpenSeadragonStyle } from "@/app/nonce";
import type { Size } from "@/surface/shapes";

/** Keys that OpenSeadragon may keep; it would turn and mirror the image on others, which we use for tools. */
const VIEWER_KEYS = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]);

export const MAP_PLACE = "room-map-place";
const MAP = "room-map";

export interface OpenedViewer {
  readonly viewer: OpenSeadragon.Viewer | null;
  /** The picture did not come: a black one of its size stands in, so that the shapes can be seen. */
  readonly failed: boolean;
}

/** OpenSeadragon on an element, ready once the picture is there. `hasMap`: one viewer of a page may have it. */
export function useImageViewer(
  element: RefObject<HTMLElement | null>,
  url: string,
  { width, height }: Size,
  hasMap = true,
): OpenedViewer {
  const [opened, setOpened] = useState<{ viewer: OpenSeadragon.Viewer | null; failed: boolean; url: string }>(
    {
      viewer: null,
      failed: false,
      url: "",
    },
  );
  useEffect(() => {
    if (!element.current) return;
    placeOpenSeadragonStyle();
    if (hasMap) placeMap();
    const viewer = OpenSeadragon({
      element: element.current,
      drawer: "canvas", // the WebGL drawer mis-composites half-transparent overlays (OpenSeadragon #2980)
      tileSources: { type: "image", url, buildPyramid: true } as never,
      silenceMultiImageWarnings: true, // overlays are never denser than the base, so conversions stay true
      showNavigationControl: false,
      showNavigator: hasMap,
      navigatorId: MAP, // beside the picture, where it covers no mark
      navigatorAutoFade: false,
      animationTime: 0.25,
      maxZoomPixelRatio: 16,
      minZoomImageRatio: 0.7,
      visibilityRatio: 0.4,
      zoomPerScroll: 1.25,
      imageSmoothingEnabled: true,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: false, scrollToZoom: true },
      gestureSettingsTouch: { clickToZoom: false, dblClickToZoom: false },
      gestureSettingsPen: { clickToZoom: false, dblClickToZoom: false },
    });
    let failed = false;
    viewer.addOnceHandler("open", () => setOpened({ viewer, failed, url }));
    viewer.addHandler("open-failed", () => {
      if (failed) return;
      failed = true;
      viewer.open(blackPicture(width, height) as never);
    });
    viewer.addHandler("canvas-key", (event) => {
      const { originalEvent } = event as unknown as { originalEvent: KeyboardEvent };
      if (!VIEWER_KEYS.has(originalEvent.key))
        (event as { preventDefaultAction?: boolean }).preventDefaultAction = true;
    });
    return () => {
      setOpened({ viewer: null, failed: false, url: "" });
      viewer.destroy();
    };
  }, [element, url, width, height, hasMap]);
  return opened.url === url ? opened : { viewer: null, failed: false };
}

/** Where the small map goes; each viewer takes its own along when it ends. */
function placeMap(): void {
  const map = document.createElement("div");
  map.id = MAP;
  map.className = MAP;
  document.getElementById(MAP_PLACE)?.replaceChildren(map);
}

const BLACK_DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAAAAACwAAAAAAQABAAACAkQBADs=";

/** One tile of black as large as the image, so that coordinates stay those of its pixels. */
function blackPicture(width: number, height: number) {
  return {
    width,
    height,
    tileSize: Math.max(width, height),
    minLevel: 0,
    maxLevel: 0,
    getTileUrl: () => BLACK_DOT,
  };
}
