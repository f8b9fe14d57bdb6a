import { useState, type PointerEvent } from "react";

interface View {
  readonly x: number;
  readonly y: number;
  /** Shares of the image's size: 1 shows all of it. */
  readonly scale: number;
}
const WHOLE: View = { x: 0, y: 0, scale: 1 };
const CLOSEST = 1 / 16;

const within = (value: number, most: number) => Math.min(Math.max(value, 0), Math.max(0, most));

/** One window onto several pictures of the same size, moved by dragging any of them. */
export function useLinkedView(size: { readonly width: number; readonly height: number }) {
  const [view, setView] = useState(WHOLE);
  const [held, setHeld] = useState<readonly [number, number] | null>(null);
  const put = ({ x, y, scale }: View) =>
    setView({
      scale,
      x: within(x, size.width * (1 - scale)),
      y: within(y, size.height * (1 - scale)),
    });
  const zoom = (factor: number) => {
    const scale = Math.min(1, Math.max(CLOSEST, view.scale / factor));
    const shift = (view.scale - scale) / 2;
    put({ x: view.x + shift * size.width, y: view.y + shift * size.height, scale });
  };
  return {
    viewBox: `${view.x} ${view.y} ${size.width * view.scale} ${size.height * view.scale}`,
    isWhole: view.scale === 1,
    isClosest: view.scale <= CLOSEST,
    zoom,
    showAll: () => put(WHOLE),
    drag: {
      onPointerDown: (event: PointerEvent<SVGSVGElement>) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setHeld([event.clientX, event.clientY]);
      },
      onPointerMove: (event: PointerEvent<SVGSVGElement>) => {
        if (!held) return;
        const pxPerPx = (size.width * view.scale) / event.currentTarget.clientWidth;
        put({
          ...view,
          x: view.x - (event.clientX - held[0]) * pxPerPx,
          y: view.y - (event.clientY - held[1]) * pxPerPx,
        });
        setHeld([event.clientX, event.clientY]);
      },
      onPointerUp: () => setHeld(null),
      onPointerCancel: () => setHeld(null),
    },
  };
}

export type LinkedView = ReturnType<typeof useLinkedView>;
