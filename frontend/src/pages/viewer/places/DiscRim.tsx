import type OpenSeadragon from "openseadragon";
import { useEffect } from "react";

/** A dashed circle over the optic disc, as wide as it is taken to be; it grows with the picture. */
export function DiscRim(props: {
  viewer: OpenSeadragon.Viewer | null;
  disc: readonly number[] | null | undefined;
  /** Image px. */
  diameter: number | null;
}) {
  const { viewer, diameter } = props;
  const [x, y] = props.disc ?? [];
  useEffect(() => {
    if (!viewer || x === undefined || y === undefined || diameter === null) return;
    const element = document.createElement("div");
    element.className = "disc-rim";
    const picture = viewer.world.getItemAt(0);
    const box = [x - diameter / 2, y - diameter / 2, diameter, diameter] as const;
    viewer.addOverlay({ element, location: picture.imageToViewportRectangle(...box) });
    viewer.forceRedraw();
    return () => {
      viewer.removeOverlay(element);
    };
  }, [viewer, x, y, diameter]);
  return null;
}
