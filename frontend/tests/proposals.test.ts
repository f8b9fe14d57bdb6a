import { describe, expect, it } from "vitest";
import type { Finding } from "@/api/lesions";
import { openFindings, standing } from "@/pages/viewer/proposals";
import type { Region, Shape } from "@/surface/shapes";
import { rect } from "./regions";

const SHAPE: Shape = {
  shape: "polygon",
  geometry: {
    points: [
      [5, 6],
      [9, 6],
      [9, 8],
    ],
    holes: [],
  },
};
const finding = (uuid: string, code: string): Finding => ({
  uuid,
  lesionClass: code,
  confidence: 0.9,
  id: 1,
  areaPx: 9,
  areaFovPercent: 0.1,
  shape: SHAPE,
});
const regions = (...all: Region[]) => new Map(all.map((one) => [one.uuid, one]));

describe("findings", () => {
  it("of a class that is switched off are not proposed, nor those that are labels already", () => {
    const told = [finding("a", "HE"), finding("b", "MA"), finding("c", "SE"), finding("d", "EX")];

    const open = openFindings(told, regions(rect("d", 4)), [{ code: "HE" }, { code: "EX" }]);

    expect(open.map(({ uuid }) => uuid)).toEqual(["a"]);
  });
});

describe("contours", () => {
  const asked = rect("a", 7);

  it("are taken over for the rectangle that was asked about", () => {
    expect(standing([{ asked, shape: SHAPE }], regions({ ...asked }))).toEqual([
      { ...SHAPE, uuid: "a", lesionClass: "HE", origin: "tightened" },
    ]);
  });

  it("are left out where the rectangle was moved, reshaped or deleted meanwhile", () => {
    const contours = [asked, rect("b", 7), rect("c", 7)].map((one) => ({ asked: one, shape: SHAPE }));

    expect(standing(contours, regions(asked, rect("b", 8))).map(({ uuid }) => uuid)).toEqual(["a"]);
  });

  it("take the class that the rectangle has now", () => {
    const [taken] = standing([{ asked, shape: SHAPE }], regions(rect("a", 7, "EX")));

    expect(taken?.lesionClass).toBe("EX");
  });
});
