import { describe, expect, it, vi } from "vitest";
import { UnsavedText } from "@/pages/review/panel/unsavedText";

describe("a text that is typed here and kept by the server", () => {
  const setUp = () => {
    const shown: (string | null)[] = [];
    return { shown, text: new UnsavedText((typed) => shown.push(typed)) };
  };

  it("is saved only once the server said so", async () => {
    const { shown, text } = setUp();
    text.type("Refer");
    const lost = vi.fn(() => Promise.reject(new Error("no network")));
    expect(await text.flush(lost)).toBe(false);
    expect(shown).toEqual(["Refer"]);

    const kept = vi.fn(() => Promise.resolve());
    expect(await text.flush(kept)).toBe(true);
    expect(kept).toHaveBeenCalledWith("Refer");
    expect(shown).toEqual(["Refer", null]);
  });

  it("stays unsaved when more is typed while it is on its way", async () => {
    const { shown, text } = setUp();
    text.type("Refer");
    const saving = text.flush(() => Promise.resolve());
    text.type("Refer soon");
    expect(await saving).toBe(false);
    expect(shown.at(-1)).toBe("Refer soon");
  });

  it("is sent once, also when it is asked for twice", async () => {
    const { text } = setUp();
    const save = vi.fn(() => Promise.resolve());
    text.type("Refer");
    expect(await Promise.all([text.flush(save), text.flush(save)])).toEqual([true, true]);
    expect(await text.flush(save)).toBe(true);
    expect(save).toHaveBeenCalledOnce();
  });
});
