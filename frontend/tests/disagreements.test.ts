import { expect, test } from "vitest";
import type { Case } from "@/api/disagreements";
import type { LabelSetDetail } from "@/api/types";
import type { PairFigures, TrendPoint } from "@/api/work";
import { answersAlike, reasonInWords } from "@/pages/agreement/reasons";
import { periodName, periodNumber, trendSeries } from "@/pages/agreement/trend";
import { drawnByBoth, readersOutlines } from "@/pages/viewer/adjudication/outlines";

const figures = (images: number, kappa: number | null): PairFigures => ({
  images,
  pending: 0,
  dr_kappa: kappa,
  dr_images: images,
  grade_kappa: null,
  grade_weighted_kappa: null,
  grade_images: 0,
  dice: {},
  f1: {},
  mean_dice: null,
  mean_f1: 0.5,
});

test("a difference is told in words", () => {
  expect(reasonInWords({ code: "icdr_grade", first: "PDR", second: "moderate NPDR" })).toBe(
    "ICDR grade: PDR ≠ moderate NPDR",
  );
  expect(reasonInWords({ code: "lesions", f1: 0.25, least: 0.5 })).toBe(
    "Lesions alike: 25 %, less than 50 %",
  );
  expect(reasonInWords({ code: "opened", text: "Look again." })).toBe("Opened by hand: Look again.");
});

test("months and weeks without readings leave their place empty", () => {
  expect(periodNumber("2027-01-01", "month") - periodNumber("2026-11-01", "month")).toBe(2);
  expect(periodNumber("2026-04-13", "week") - periodNumber("2026-03-30", "week")).toBe(2);
  expect(periodName("2026-03-01", "month")).toBe("Mar 2026");
  expect(periodName("2026-03-30", "week")).toBe("30 Mar 2026");
});

test("kappa of few images is drawn nowhere, and a figure that is nowhere defined has no line", () => {
  const points: TrendPoint[] = [
    { begins: "2026-03-01", figures: figures(9, 1) },
    { begins: "2026-04-01", figures: figures(10, 0.4) },
  ];
  const lines = new Map(trendSeries(points, "month").map(({ name, values }) => [name, values]));
  expect([...lines.keys()]).toEqual(["Kappa, DR or not", "Lesions alike (F1)"]);
  expect(lines.get("Kappa, DR or not")).toEqual([[periodNumber("2026-04-01", "month"), 0.4]]);
  expect(lines.get("Lesions alike (F1)")).toHaveLength(2);
});

const drawn = (...uuids: string[]) =>
  ({
    regions: uuids.map((uuid) => ({
      uuid,
      lesion_class: "HE",
      shape: "rect",
      geometry: { x: 1, y: 2, width: 3, height: 4 },
    })),
  }) as unknown as LabelSetDetail;

test("the readers' outlines can be narrowed to one reader and to what one of them drew", () => {
  const lesions = [
    { first: "a", second: "b", overlap: 0.5 },
    { first: "c", second: null, overlap: null },
  ];
  const both = drawnByBoth({ classes: [{ lesions }] } as unknown as Case["pair"]);
  const sets = [["first", drawn("a", "c")] as const, ["second", drawn("b")] as const];
  const shown = (part: object) =>
    readersOutlines(sets, both, { first: true, second: true, onlyAlone: false, ...part }).map(
      ({ uuid, alone }) => [uuid, alone],
    );
  expect(shown({})).toEqual([
    ["a", false],
    ["c", true],
    ["b", false],
  ]);
  expect(shown({ onlyAlone: true })).toEqual([["c", true]]);
  expect(shown({ first: false })).toEqual([["b", false]]);
});

test("a question that only one reader answered is neither agreement nor difference", () => {
  const said = (first: string, second: string, agree = false) => answersAlike({ first, second, agree });

  expect(said("Gradable", "")).toBe("only one answered");
  expect(said("", "No DR")).toBe("only one answered");
  expect(said("DR", "No DR")).toBe("differ");
  expect(said("DR", "DR", true)).toBe("agree");
  expect(said("", "", true)).toBeNull();
});
