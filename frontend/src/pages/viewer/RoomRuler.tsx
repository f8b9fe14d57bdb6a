import type OpenSeadragon from "openseadragon";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { LesionClass, Reading } from "@/api/types";
import type { Finding } from "@/api/lesions";
import { zoomOf } from "@/surface/SelectTool";
import { discDiameterOf } from "./places/discDiameter";
import { barLength, type PointerPlace } from "./pointer";

/** Scale bar, zoom, and the place and finding under the pointer. */
export function RoomRuler(props: {
  viewer: OpenSeadragon.Viewer | null;
  place: PointerPlace;
  landmarks: Reading["landmarks"] | null;
  findings: readonly Finding[];
  classes: readonly LesionClass[];
}) {
  const { viewer, place, landmarks } = props;
  const zoom = useZoom(viewer);
  const pointed = useSyncExternalStore(place.subscribe, place.get);
  if (!viewer || zoom === 0) return null;
  const length = barLength(zoom);
  const discDiameter = landmarks && discDiameterOf(landmarks);
  const inDiscs = discDiameter ? ` = ${(length / discDiameter).toFixed(2)} disc diameters` : "";
  const finding = pointed?.finding && props.findings.find(({ uuid }) => uuid === pointed.finding);
  const name = finding && props.classes.find(({ code }) => code === finding.lesionClass)?.name;
  return (
    <div className="room-ruler">
      <span className="room-ruler-bar" style={{ width: length * zoom }} />
      <span>
        {length >= 1 ? length : length.toPrecision(1)} px{inDiscs}
      </span>
      <span>{Math.round(zoom * 100)} %</span>
      {pointed && (
        <span data-testid="pointer">
          x {Math.floor(pointed.at[0])}, y {Math.floor(pointed.at[1])}
        </span>
      )}
      {finding && (
        <span role="status">
          {name ?? finding.lesionClass}, {Math.round(finding.confidence * 100)} %
        </span>
      )}
    </div>
  );
}

function useZoom(viewer: OpenSeadragon.Viewer | null): number {
  const [zoom, setZoom] = useState(0);
  useEffect(() => {
    if (!viewer) return;
    let frame = 0;
    const note = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        setZoom(zoomOf(viewer));
      });
    };
    note();
    viewer.addHandler("zoom", note);
    viewer.addHandler("resize", note);
    viewer.addHandler("animation-finish", note);
    return () => {
      cancelAnimationFrame(frame);
      viewer.removeHandler("zoom", note);
      viewer.removeHandler("resize", note);
      viewer.removeHandler("animation-finish", note);
    };
  }, [viewer]);
  return zoom;
}
