/** Where the pointer is, kept outside of React's room so that moving it renders one line only. No DOM. */
import type { Pointed } from "@/surface/LabelSurface";

export class PointerPlace {
  private pointed: Pointed | null = null;
  private readonly listeners = new Set<() => void>();

  readonly set = (pointed: Pointed | null): void => {
    this.pointed = pointed;
    this.listeners.forEach((listener) => listener());
  };

  readonly get = (): Pointed | null => this.pointed;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

/** A round length for a scale bar: image px that are 60 to 150 screen px long at this zoom. */
export function barLength(zoom: number): number {
  const most = 150 / zoom;
  const power = 10 ** Math.floor(Math.log10(most));
  const factor = [5, 2, 1].find((one) => one * power <= most) ?? 1;
  return factor * power;
}
