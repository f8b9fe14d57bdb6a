import OpenSeadragon from "openseadragon";
import { useEffect, useState, type RefObject } from "react";
import { placeOpenSeadragonStyle } from "@/app/nonce";

/** Keys that OpenSeadragon may keep; it would turn and mirror the image on others, which we use for tools. */
const VIEWER_KEYS = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]);

export interface OpenedViewer {
  readonly viewer: OpenSeadragon.Viewer | null;
  readonly failed: boolean;
}

/** OpenSeadragon on an element, ready once the picture is there. */
export function useImageViewer(element: RefObject<HTMLElement | null>, url: string): OpenedViewer {
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
    const viewer = OpenSeadragon({
      element: element.current,
      drawer: "canvas", // the WebGL drawer mis-composites half-transparent overlays (OpenSeadragon #2980)
      tileSources: { type: "image", url, buildPyramid: true } as never,
      silenceMultiImageWarnings: true, // overlays are never denser than the base, so conversions stay true
      showNavigationControl: false,
      showNavigator: true,
      navigatorId: "room-map", // beside the picture, where it covers no mark
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
    viewer.addOnceHandler("open", () => setOpened({ viewer, failed: false, url }));
    viewer.addHandler("open-failed", () => setOpened({ viewer: null, failed: true, url }));
    viewer.addHandler("canvas-key", (event) => {
      const { originalEvent } = event as unknown as { originalEvent: KeyboardEvent };
      if (!VIEWER_KEYS.has(originalEvent.key))
        (event as { preventDefaultAction?: boolean }).preventDefaultAction = true;
    });
    return () => {
      setOpened({ viewer: null, failed: false, url: "" });
      viewer.destroy();
    };
  }, [element, url]);
  return opened.url === url ? opened : { viewer: null, failed: false };
}
