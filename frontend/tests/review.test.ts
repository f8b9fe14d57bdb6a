import { describe, expect, it } from "vitest";
import { burdenSeries, noCourse } from "@/pages/review/burden";
import { noImageOf } from "@/pages/patients/eyes";
import { eyeChoices, sidesOf, type Exam } from "@/pages/review/exams";
import { addedRows, labelledFirst, rowsOf, sorted, stepFrom } from "@/pages/review/findings";
import { fromRetina, mirrored, toRetina } from "@/pages/review/retina";
import {
  DIFFERENCE,
  differenceColors,
  levelOf,
  paint,
  pixelsFrom,
  probabilityColors,
  sparseMap,
} from "@/pages/review/probability";
import { Thresholds } from "@/pages/review/thresholds";

const SIZE = { width: 4, height: 2 };
const VALUES = Uint8Array.from([0, 0, 100, 0, 0, 200, 255, 0]);
const alphaOf = (packed: number | undefined) => (packed ?? 0) >>> 24;
const rgbOf = (packed = 0) => [packed & 255, (packed >> 8) & 255, (packed >> 16) & 255];

const painted = (map: ReturnType<typeof sparseMap>, colors: Uint32Array) => {
  const pixels = new Uint32Array(map.width * map.height);
  paint(map, colors, pixels);
  return pixels;
};

describe("a probability map", () => {
  it("keeps the pixels with something in them, and the box around them", () => {
    const map = sparseMap(VALUES, SIZE);
    expect([...map.at]).toEqual([2, 5, 6]);
    expect([...map.codes]).toEqual([100, 200, 255]);
    expect(map.box).toEqual({ x: 1, y: 0, width: 2, height: 2 });
  });

  it("is clear below the threshold, and the denser the more certain from there on", () => {
    const pixels = painted(sparseMap(VALUES, SIZE), probabilityColors([224, 49, 49], 150));
    expect(alphaOf(pixels[2])).toBe(0);
    expect(alphaOf(pixels[5])).toBeGreaterThan(60);
    expect(alphaOf(pixels[6])).toBe(255);
    expect(rgbOf(pixels[5])).toEqual([224, 49, 49]);
  });

  it("clears again what a higher threshold leaves out", () => {
    const map = sparseMap(VALUES, SIZE);
    const pixels = new Uint32Array(8);
    paint(map, probabilityColors([1, 2, 3], 1), pixels);
    expect(pixels.filter((pixel) => pixel !== 0)).toHaveLength(3);
    paint(map, probabilityColors([1, 2, 3], 255), pixels);
    expect(pixels.filter((pixel) => pixel !== 0)).toHaveLength(1);
  });

  it("counts its pixels from a level on", () => {
    const map = sparseMap(VALUES, SIZE);
    expect([1, 100, 101, 255].map((level) => pixelsFrom(map, level))).toEqual([3, 3, 2, 1]);
  });

  it("rounds a threshold as the server does, a half to the even level", () => {
    expect([0, 0.001, 0.1, 0.3, 0.5, 0.5843137254901961, 1].map(levelOf)).toEqual([
      1, 1, 26, 76, 128, 149, 255,
    ]);
  });
});

describe("the difference from labels", () => {
  const labelled = Uint8Array.from([0, 9, 0, 0, 0, 0, 255, 0]);
  const pixels = painted(sparseMap(VALUES, SIZE, labelled), differenceColors(150));

  it("tells what both say from what one says alone", () => {
    expect(rgbOf(pixels[6])).toEqual([...DIFFERENCE.both]);
    expect(rgbOf(pixels[5])).toEqual([...DIFFERENCE.model]);
    expect(rgbOf(pixels[1])).toEqual([...DIFFERENCE.specialist]);
  });

  it("shows nothing where neither says lesion", () => {
    expect([pixels[0], pixels[2], pixels[3]].map(alphaOf)).toEqual([0, 0, 0]);
  });
});

it("thresholds tell their listeners, and are the card's again when taken back", () => {
  const thresholds = new Thresholds();
  let told = 0;
  const stop = thresholds.subscribe(() => (told += 1));
  thresholds.set("HE", 0.7);
  expect([thresholds.get("HE"), thresholds.get("EX"), told]).toEqual([0.7, undefined, 1]);
  thresholds.set("HE", null);
  stop();
  thresholds.set("EX", 0.2);
  expect([thresholds.get("HE"), told]).toEqual([undefined, 2]);
});

describe("linked views", () => {
  const right = { width: 4288, height: 2848, fov: { center_x: 2000, center_y: 1400, radius: 1400 } };
  const left = { width: 2144, height: 1424, fov: { center_x: 1100, center_y: 700, radius: 700 } };

  it("show the same part of a retina that was photographed with fewer pixels", () => {
    const center = { x: (2000 + 700) / 4288, y: 1400 / 4288 };
    const view = fromRetina(left, toRetina(right, center, 4));
    expect(view.x).toBeCloseTo((1100 + 350) / 2144);
    expect(view.y).toBeCloseTo(700 / 2144);
    expect(view.zoom).toBeCloseTo(4);
  });

  it("mirror the other eye, so that nasal stays nasal", () => {
    const center = { x: (2000 + 700) / 4288, y: 1400 / 4288 };
    expect(fromRetina(left, mirrored(toRetina(right, center, 4))).x).toBeCloseTo((1100 - 350) / 2144);
  });

  it("come back to where they were", () => {
    const back = fromRetina(right, toRetina(right, { x: 0.3, y: 0.2 }, 2.5));
    expect(back.x).toBeCloseTo(0.3);
    expect(back.y).toBeCloseTo(0.2);
    expect(back.zoom).toBeCloseTo(2.5);
  });
});

describe("the list of findings", () => {
  const finding = (uuid: string, confidence: number, areaPx: number) => ({
    uuid,
    id: 1,
    lesionClass: "EX",
    confidence,
    areaPx,
    areaFovPercent: 0.1,
    shape: { shape: "rect", geometry: { x: 0, y: 0, width: 2, height: 2 } } as const,
  });
  const places = {
    toldBy: "reading" as const,
    hasDisc: true,
    hasFovea: true,
    discDiameter: 100,
    of: new Map([["a", { quadrant: "superior_nasal", toFoveaPx: 50 }]]),
  };
  const image = { id: 7, eye: "OD" };
  const rows = rowsOf(image, [finding("a", 0.5, 7854), finding("b", 0.9, 10)], places);

  it("gives sizes and distances in disc diameters", () => {
    expect(rows[0]).toMatchObject({ image: 7, eye: "OD", toFoveaDd: 0.5, quadrant: "superior_nasal" });
    expect(rows[0]?.diameterDd).toBeCloseTo(1, 3);
  });

  it("gives none where the disc is not known", () => {
    const [row] = rowsOf(image, [finding("a", 0.5, 7854)], undefined);
    expect([row?.diameterDd, row?.toFoveaDd, row?.quadrant]).toEqual([null, null, null]);
  });

  it("puts what is not known last, up and down", () => {
    const order = (descending: boolean) =>
      sorted(rows, { by: "toFoveaDd", descending }).map(({ uuid }) => uuid);
    expect([order(true), order(false)]).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
  });

  it("has a row for each lesion that the reviewer added, after those that the model is sure of", () => {
    const geometry = { x: 10, y: 20, width: 4, height: 6 };
    const added = addedRows(image, [{ uuid: "c", lesion_class: "MA", shape: "rect", geometry }]);
    const listed = sorted([...added, ...rows], { by: "confidence", descending: true });

    expect(listed.map(({ uuid }) => uuid)).toEqual(["b", "a", "c"]);
    expect(listed[2]).toMatchObject({ eye: "OD", lesionClass: "MA", confidence: null });
    expect(listed[2]?.bounds).toEqual({ minX: 10, minY: 20, maxX: 14, maxY: 26 });
  });

  it("ends with the classes that the project does not label, whatever it is sorted by", () => {
    const listed = labelledFirst(rows, ({ uuid }) => uuid !== "a");
    expect(listed.rows.map(({ uuid }) => uuid)).toEqual(["b", "a"]);
    expect(listed.from).toBe(1);
    expect(labelledFirst(rows, () => true).from).toBe(rows.length);
  });

  it("is walked from end to end and no farther", () => {
    expect(stepFrom(rows, null, 1)?.uuid).toBe("a");
    expect(stepFrom(rows, "a", 1)?.uuid).toBe("b");
    expect(stepFrom(rows, "b", 1)?.uuid).toBe("b");
    expect(stepFrom([], null, 1)).toBeUndefined();
  });
});

it("the course has a line for each class that was looked for, by dated exams", () => {
  const row = (date: string | null, areas: Record<string, number>) => ({
    exam: 1,
    date,
    eye: "OD",
    images: 1,
    area_fov_percent: areas,
  });
  const looks = { id: 1, pattern: "solid", enabled: true, is_lesion: true };
  const series = burdenSeries(
    [row("2025-01-01", { HE: 0 }), row("2026-01-01", { HE: 0.5 }), row(null, { HE: 9 })],
    [
      { ...looks, code: "HE", name: "Hemorrhage", color: "#e03131" },
      { ...looks, code: "SE", name: "Soft exudate", color: "#4dabf7" },
    ],
  );
  expect(series.map(({ name, values }) => [name, values.map(([, area]) => area)])).toEqual([
    ["Hemorrhage", [0, 0.5]],
  ]);
});

it("without two dated exams the page says how many there are", () => {
  expect(noCourse(undefined)).toBe("No exam of this eye has a date, so there is no course to draw.");
  expect(noCourse(Date.parse("2026-03-02"))).toMatch(/^Only one exam of this eye has a date \(.*2026\)/);
});

describe("an exam with an image of an unknown eye", () => {
  const sides = (...eyes: string[]) =>
    sidesOf({ images: eyes.map((eye, index) => ({ id: index, eye })) } as unknown as Exam);

  it("claims no eye to be missing that the image may show", () => {
    expect(noImageOf("left", [{ id: 1, eye: "" }])).toMatch(/^No image is known to be of this left eye/);
    expect(noImageOf("left", [{ id: 1, eye: "OD" }])).toMatch(/^No image of this eye in this exam/);
  });

  it("has its findings in the list under a choice of their own", () => {
    expect(eyeChoices(sides("OD", ""))).toContain("unknown");
    expect(eyeChoices(sides("OD", "OS"))).not.toContain("unknown");
  });
});
