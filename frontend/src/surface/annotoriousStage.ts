/**
 * What Annotorious draws shapes on that are not being edited: nothing, because RegionStage draws all of them and
 * Annotorious is given only the one shape that is edited (vite/annotorious.ts puts this in place of its Pixi stage).
 */
import type OpenSeadragon from "openseadragon";

const nothing = () => undefined;

export function createEmptyStage(viewer: OpenSeadragon.Viewer) {
  return {
    addAnnotation: nothing,
    updateAnnotation: nothing,
    removeAnnotation: nothing,
    setSelected: nothing,
    setHovered: nothing,
    setStyle: nothing,
    setFilter: nothing,
    setVisible: nothing,
    getScale: () => viewer.viewport.getZoom(true) * viewer.viewport.getContainerSize().x,
    redraw: nothing,
    resize: nothing,
    destroy: nothing,
  };
}
