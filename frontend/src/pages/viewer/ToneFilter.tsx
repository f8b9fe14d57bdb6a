import { Button } from "@mantine/core";
import type OpenSeadragon from "openseadragon";
import { useEffect } from "react";
import { toneCurve, toneInWords, type ViewSettings } from "./viewSettings";

const ID = "picture-tone";

/**
 * Brightness, contrast and gamma on the picture alone, without another download; shapes keep their colours. They
 * stay for the next image, so a note says that they are on and takes them off with one click.
 */
export function ToneFilter(props: {
  viewer: OpenSeadragon.Viewer | null;
  view: ViewSettings;
  onReset: () => void;
}) {
  const { viewer } = props;
  const curve = toneCurve(props.view);
  const on = curve !== null;
  useEffect(() => applyFilter(viewer, on), [viewer, on]);
  if (!curve) return null;
  const channels = ["feFuncR", "feFuncG", "feFuncB"] as const;
  return (
    <>
      <div className="tone-note" role="status">
        {toneInWords(props.view)}
        <Button size="compact-xs" variant="white" color="dark" onClick={props.onReset}>
          As it is stored
        </Button>
      </div>
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
    </>
  );
}

function applyFilter(viewer: OpenSeadragon.Viewer | null, on: boolean): void {
  const canvas: unknown = viewer?.drawer?.canvas;
  if (canvas instanceof HTMLElement) canvas.style.filter = on ? `url(#${ID})` : "";
}
