/** A thing that happens, and those who want to know. */
export class Signal {
  private readonly listeners = new Set<() => void>();

  readonly on = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly emit = (): void => [...this.listeners].forEach((listener) => listener());
}
