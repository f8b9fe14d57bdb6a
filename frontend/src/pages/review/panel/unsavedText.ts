type Save = (text: string) => Promise<unknown>;

/** A text that is typed here and kept by the server: it counts as saved only once the server said so. */
export class UnsavedText {
  private typed: string | null = null;
  private sending: { readonly text: string; readonly done: Promise<boolean> } | null = null;

  /** `onChange` gets what is not saved yet; null: everything is. */
  constructor(private readonly onChange: (typed: string | null) => void) {}

  type(text: string): void {
    this.set(text);
  }

  /** Saves what waits. False when that failed, or when more was typed meanwhile. */
  flush(save: Save): Promise<boolean> {
    const text = this.typed;
    if (text === null) return Promise.resolve(true);
    if (this.sending?.text === text) return this.sending.done;
    const done = this.send(text, save);
    const sending = { text, done };
    this.sending = sending;
    void done.then(() => {
      if (this.sending === sending) this.sending = null;
    });
    return done;
  }

  private async send(text: string, save: Save): Promise<boolean> {
    try {
      await save(text);
    } catch {
      return false;
    }
    if (this.typed === text) this.set(null);
    return this.typed === null;
  }

  private set(typed: string | null): void {
    this.typed = typed;
    this.onChange(typed);
  }
}
