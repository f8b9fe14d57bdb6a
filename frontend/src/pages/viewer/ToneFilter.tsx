import type OpenSeadragon from "openseadragon";
import { useEffect } from "react";
import { toneCurve, type ViewSettings } from "./viewSettings";

const ID = "picture-tone";

/** Brightness, contrast and gamma on the picture alone, without another download; shapes keep their colours. */
export function ToneFilter(props: { viewer: OpenSeadragon.Viewer | null; view: ViewSettings }) {
  const { viewer } = props;
  const curve = toneCurve(props.view);
  const on = curve !== null;
  useEffect(() => applyFilter(viewer, on), [viewer, on]);
  if (!curve) return null;
  const channels = ["feFuncR", "feFuncG", "feFuncB"] as const;
  return (
    <svg width="0" height="0" aria-hidden className="tone-filter">
      <filter id={ID} colorInterpolationFilters="sRGB">
        <feComponentTransfer>
          {channels.map((Channel) => (
            <Channel key={Channel} type="linear" slope={curve.slope} intercept={curve.intercept} />
          ))}
        </feComponentTransfer>
        <feComponentTransfer>
          {channels.map((Channel) => (
            <Channel key={Channel} type="gamma" exponent={curve.exponent} />
          ))}
        </feComponentTransfer>
      </filter>
    </svg>
  );
}

function applyFilter(viewer: OpenSeadragon.Viewer | null, on: boolean): void {
  const canvas: unknown = viewer?.drawer?.canvas;
  if (canvas instanceof HTMLElement) canvas.style.filter = on ? `url(#${ID})` : "";
}
