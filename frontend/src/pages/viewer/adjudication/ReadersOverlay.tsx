import type OpenSeadragon from "openseadragon";
import { useEffect, useRef } from "react";
import type { LesionClass } from "@/api/types";
import type { ReaderOutline } from "./outlines";
import "./readers.css";

/** Both readers' outlines over the picture, to look at only; they move and grow with it. */
export function ReadersOverlay(props: {
  viewer: OpenSeadragon.Viewer | null;
  outlines: readonly ReaderOutline[];
  classes: readonly LesionClass[];
}) {
  const { viewer, outlines, classes } = props;
  const drawing = useRef<SVGSVGElement>(null);
  const colorOf = (code: string) => classes.find((one) => one.code === code)?.color ?? "#868e96";
  const isEmpty = outlines.length === 0;
  useEffect(() => {
    if (!viewer || isEmpty) return;
    const follow = () => {
      const picture = viewer.world.getItemAt(0);
      const { x, y, width, height } = picture.viewportToImageRectangle(viewer.viewport.getBounds(true));
      drawing.current?.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
    };
    follow();
    viewer.addHandler("update-viewport", follow);
    return () => {
      viewer.removeHandler("update-viewport", follow);
    };
  }, [viewer, isEmpty]);
  if (!viewer || isEmpty) return null;
  return (
    <svg ref={drawing} className="readers-overlay" preserveAspectRatio="none" aria-hidden>
      {outlines.map(({ uuid, reader, alone, lesionClass, path }) => (
        <g key={uuid} data-reader={reader} data-alone={alone}>
          <path className="readers-halo" d={path} fill={colorOf(lesionClass)} />
          <path className="readers-line" d={path} />
        </g>
      ))}
    </svg>
  );
}
