/** From which probability each class is shown. Kept outside React: a slider that moves redraws maps, no page. */
export class Thresholds {
  private values: ReadonlyMap<string, number> = new Map();
  private readonly listeners = new Set<() => void>();

  /** Undefined: as the model's card has it. */
  get(lesionClass: string): number | undefined {
    return this.values.get(lesionClass);
  }

  set(lesionClass: string, value: number | null): void {
    const next = new Map(this.values);
    if (value === null) next.delete(lesionClass);
    else next.set(lesionClass, value);
    this.values = next;
    for (const listener of this.listeners) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}
