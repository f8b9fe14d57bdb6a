import { describe, expect, it } from "vitest";
import { discDiameterOf } from "@/pages/viewer/places/discDiameter";
import { barLength } from "@/pages/viewer/pointer";
import {
  ACTIONS,
  classIndexOf,
  conflictOf,
  keyMapOf,
  keyName,
  labelWithKey,
  keyOf,
  parseKeyChanges,
  withKey,
} from "@/pages/viewer/shortcuts";
import { DEFAULT_VIEW, parseView, toneCurve, toneInWords } from "@/pages/viewer/viewSettings";

const press = (key: string, held: Partial<Record<"ctrlKey" | "shiftKey" | "altKey", boolean>> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
});
const actionOf = (...pressed: Parameters<typeof press>) =>
  keyMapOf({}).get(keyOf(press(...pressed)) ?? "")?.id;

describe("keys", () => {
  it("know undo, redo, signs that need Shift, and classes by number", () => {
    expect(actionOf("z", { ctrlKey: true })).toBe("undo");
    expect(actionOf("Z", { ctrlKey: true, shiftKey: true })).toBe("redo");
    expect(actionOf("?", { shiftKey: true })).toBe("help");
    expect(actionOf("+", { shiftKey: true })).toBe("zoomIn");
    expect(actionOf("T", { shiftKey: true })).toBe("tightenAll");
    expect(actionOf("t")).toBe("tighten");
    expect(classIndexOf("2")).toBe(1);
  });

  it("leave the browser's own keys alone", () => {
    expect(actionOf("r", { ctrlKey: true })).toBeUndefined();
    expect(actionOf("q")).toBeUndefined();
    expect(keyOf(press("Shift", { shiftKey: true }))).toBeNull();
    expect(keyOf(press("d", { altKey: true }))).toBeNull();
  });

  it("are each given to one action only", () => {
    const all = ACTIONS.flatMap(({ keys }) => keys);

    expect(new Set(all).size).toBe(all.length);
    expect(all.filter((key) => classIndexOf(key) !== null)).toEqual([]);
  });

  it("can be changed; who had the key loses it, and a class keeps its number", () => {
    expect(conflictOf("r", "ellipse", {})).toMatchObject({ id: "rect" });
    expect(conflictOf("1", "ellipse", {})).toBe("class");
    expect(conflictOf("q", "ellipse", {})).toBeNull();

    const keys = keyMapOf(withKey({}, "ellipse", "r"));
    expect(keys.get("r")?.id).toBe("ellipse");
    expect(keys.get("e")).toBeUndefined();
    expect([...keys.values()].some(({ id }) => id === "rect")).toBe(false);
  });

  it("stand beside a button's name as they are now", () => {
    const changes = withKey({}, "ellipse", "r");

    expect(labelWithKey("Undo", "undo", {})).toBe("Undo (Ctrl Z)");
    expect(labelWithKey("Ellipse", "ellipse", changes)).toBe("Ellipse (R)");
    expect(labelWithKey("Rectangle", "rect", changes)).toBe("Rectangle");
  });

  it("are read from what was kept, whatever that is", () => {
    expect(parseKeyChanges({ rect: ["q"], nonsense: ["a"], fit: "f" })).toEqual({ rect: ["q"] });
    expect(parseKeyChanges("broken")).toEqual({});
  });

  it("are written as people write them", () => {
    expect(["ctrl+shift+z", "+", "shift+arrowleft", "space"].map(keyName)).toEqual([
      "Ctrl Shift Z",
      "+",
      "Shift ←",
      "Space",
    ]);
  });
});

describe("view settings", () => {
  it("hide the model's findings in a draft until they are asked for", () => {
    expect(parseView(undefined).findingsInDraft).toBe(false);
    expect(parseView({ findingsInDraft: true }).findingsInDraft).toBe(true);
  });

  it("take what fits and leave the rest as usual", () => {
    expect(parseView({ gamma: 40, contrast: 2, showMap: "yes" })).toEqual({ ...DEFAULT_VIEW, contrast: 2 });
  });

  it("say in words what differs from the stored picture", () => {
    expect(toneInWords(DEFAULT_VIEW)).toBe("");
    expect(toneInWords({ ...DEFAULT_VIEW, brightness: 1.3, gamma: 0.8 })).toBe(
      "Brightness 130 %, gamma 80 %",
    );
  });

  it("leave the picture alone until something is turned, and turn contrast about the middle grey", () => {
    expect(toneCurve(DEFAULT_VIEW)).toBeNull();
    const curve = toneCurve({ ...DEFAULT_VIEW, contrast: 2 });
    expect(curve && 0.5 * curve.slope + curve.intercept).toBeCloseTo(0.5);
  });
});

describe("the scale bar", () => {
  it.each([0.1, 0.27, 1, 8, 40])("has a round length that fits at zoom %s", (zoom) => {
    const length = barLength(zoom);

    expect(length * zoom).toBeGreaterThan(55);
    expect(length * zoom).toBeLessThanOrEqual(150);
    expect(["1", "2", "5"]).toContain(length.toExponential()[0]);
  });
});

describe("the disc's diameter", () => {
  it("is what was marked, else two fifths of the way from disc to fovea", () => {
    const byHand = { disc: [100, 100], fovea: [400, 500] };

    expect(discDiameterOf({ ...byHand, disc_diameter: 180 })).toBe(180);
    expect(discDiameterOf(byHand)).toBe(200);
  });

  it("is not known from one place, or from two in the same spot", () => {
    expect(discDiameterOf({})).toBeNull();
    expect(discDiameterOf({ disc: [100, 100] })).toBeNull();
    expect(discDiameterOf({ disc: [100, 100], fovea: [100, 100] })).toBeNull();
  });
});
