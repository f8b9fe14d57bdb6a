import { describe, expect, it } from "vitest";
import { ticks } from "@/components/LineChart";
import { ActivityMeter } from "@/lib/activity";
import {
  eyeName,
  formatArea,
  formatBytes,
  formatDuration,
  formatMetric,
  formatPercent,
  formatWhen,
  humanize,
  plural,
  chanceOfDr,
} from "@/lib/format";

describe("numbers for people", () => {
  it.each([
    [0, "0 %"],
    [0.001, "< 1 %"],
    [0.42, "42 %"],
    [0.999, "> 99 %"],
    [1, "100 %"],
    [null, "–"],
  ])("shows the probability %s as %s", (share, text) => {
    expect(formatPercent(share)).toBe(text);
  });

  it.each([
    [999, "999 B"],
    [1_500, "1.5 KB"],
    [32_000_000, "32 MB"],
  ])("shows %d bytes as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0.75, "0.75"],
    [0.123456, "0.123"],
    [0.0001, "1.0e-4"],
    ["no number", "–"],
    [Number.NaN, "–"],
  ])("shows the metric %s as %s", (value, text) => {
    expect(formatMetric(value)).toBe(text);
  });

  it("shows tiny areas as tiny, never as none", () => {
    expect(formatArea(0.0004)).toBe("< 0.01 %");
  });

  it("shows durations in the unit that fits", () => {
    expect([formatDuration(5), formatDuration(65), formatDuration(3_700)]).toEqual([
      "5 s",
      "1 min 05 s",
      "1 h 01 min",
    ]);
  });
});

describe("words", () => {
  it("counts in singular and plural", () => {
    expect([plural(1, "image"), plural(1200, "image")]).toEqual(["1 image", "1,200 images"]);
  });

  it("makes words of codes", () => {
    expect([humanize("annotations.build_masks"), humanize("dr_status")]).toEqual([
      "Build masks",
      "DR status",
    ]);
  });

  it("names the eyes from the patient's side", () => {
    expect([eyeName("OD"), eyeName("os"), eyeName("")]).toEqual([
      "Right eye (OD)",
      "Left eye (OS)",
      "Eye unknown",
    ]);
  });

  it("says when in the shortest clear way", () => {
    const now = new Date("2026-05-10T12:00:00");

    expect(formatWhen("2026-05-10T11:59:50", now)).toBe("just now");
    expect(formatWhen("2026-05-10T11:40:00", now)).toBe("20 min ago");
    expect(formatWhen("2026-05-10T08:05:00", now)).toBe("08:05");
    expect(formatWhen("2026-05-09T08:05:00", now)).toBe("yesterday 08:05");
    expect(formatWhen(null, now)).toBe("–");
  });
});

describe("time spent", () => {
  it("counts work and leaves out pauses over half a minute, such as sleep", () => {
    const meter = new ActivityMeter();
    [0, 10_000, 20_000, 51_000, 500_000, 505_000].forEach((at) => meter.note(at));

    expect(meter.take()).toBe(25);
    expect(meter.take()).toBe(0);
  });

  it("does not count while the page is put away", () => {
    const meter = new ActivityMeter();
    meter.note(0);
    meter.pause(4_000);
    meter.note(20_000);
    meter.note(21_000);

    expect(meter.take()).toBe(5);
  });

  it("loses nothing between two saves and keeps the sum", () => {
    const meter = new ActivityMeter();
    meter.note(0);
    const taken = Array.from({ length: 100 }, (_, step) => {
      meter.note((step + 1) * 155);
      return meter.take();
    }).reduce((sum, seconds) => sum + seconds, 0);

    expect(taken).toBeCloseTo(15.5, 5);
    expect(meter.totalSeconds).toBeCloseTo(15.5, 5);
  });
});

describe("chart ticks", () => {
  it("are round and inside the range", () => {
    expect(ticks(0, 1)).toEqual([0, 0.5, 1]);
    expect(ticks(1, 35, 6)).toEqual([10, 20, 30]);
  });
});

describe("the probability behind a decision", () => {
  it("comes with the threshold it is measured by", () => {
    expect(chanceOfDr("dr", 0.88, 0.41)).toBe("88 % (DR from 41 %)");
    expect(chanceOfDr("no_dr", 0.12, 0.41)).toBe("DR probability 12 % (DR from 41 %)");
    expect(chanceOfDr("pending", null, null)).toBe("");
  });
});
