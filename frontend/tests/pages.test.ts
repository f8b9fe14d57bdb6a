import { describe, expect, it } from "vitest";
import { inBatches, pathOf, sortFiles } from "@/pages/imports/files";
import { howToSayWhose } from "@/pages/imports/report";
import { headline } from "@/pages/models/headline";
import { assignedInWords } from "@/pages/patients/assigned";
import { answersInWords, byEye, labelStates, pickEye, saysGradeOnly } from "@/pages/patients/eyes";
import { chartGroups } from "@/pages/training/tasks";
import { wantedOverlays } from "@/pages/viewer/layers";
import { FIRST_LAYERS } from "@/pages/viewer/viewSettings";

const file = (name: string, size = 10) => ({ name, size });
describe("files of an import", () => {
  it("takes images of every kind, tables and archives, and says why it leaves the rest out", () => {
    const wanted = ["1.2.840.7", "a.JPG", "all.zip", "b.bmp", "c.dcm", "IM0001", "one.csv", "two.csv"];
    const { taken, refused } = sortFiles(
      [...wanted.map((name) => file(name)).reverse(), file("x.exe"), file("b.png", 0), file(".DS_Store")],
      "images",
    );

    expect(taken.map(({ name }) => name)).toEqual(wanted);
    expect(refused.map(({ name }) => name).sort()).toEqual(["b.png", "x.exe"]);
  });

  it("lists files as people count", () => {
    const { taken } = sortFiles([file("eye 10.png"), file("eye 9.png")], "images");

    expect(taken.map(({ name }) => name)).toEqual(["eye 9.png", "eye 10.png"]);
  });

  it("keeps files of one name apart by their folders", () => {
    const inFolder = (path: string) => ({ ...file(path.split("/").at(-1) ?? ""), webkitRelativePath: path });
    const { taken } = sortFiles([inFolder("eyes/OD/1.jpg"), inFolder("eyes/OS/1.jpg")], "images");

    expect(taken.map(pathOf)).toEqual(["eyes/OD/1.jpg", "eyes/OS/1.jpg"]);
  });

  it("takes only the CSV for VIA regions", () => {
    expect(sortFiles([file("a.jpg"), file("via.csv")], "via").taken.map(({ name }) => name)).toEqual([
      "via.csv",
    ]);
  });

  it("takes PNG and TIFF as masks, and one JSON as COCO", () => {
    const files = [file("a_HE.png"), file("a_EX.TIF"), file("m.zip"), file("a.jpg"), file("coco.json")];

    expect(sortFiles(files, "masks").taken.map(({ name }) => name)).toEqual([
      "a_EX.TIF",
      "a_HE.png",
      "m.zip",
    ]);
    expect(sortFiles(files, "coco").taken.map(({ name }) => name)).toEqual(["coco.json"]);
  });

  it("sends them in batches under both limits, a large one alone", () => {
    const batches = inBatches([file("a", 60), file("b", 60), file("c", 300), file("d", 1), file("e", 1)], {
      bytes: 130,
      files: 2,
    });

    expect(batches.map((batch) => batch.map(({ name }) => name).join(""))).toEqual(["ab", "c", "de"]);
  });
});

describe("eyes of a patient", () => {
  const images = [
    { id: 1, eye: "OS", label_state: "accepted" },
    { id: 2, eye: "OD", label_state: "draft" },
    { id: 3, eye: "", label_state: "" },
  ];

  it("finds each eye and keeps unknown ones apart", () => {
    expect(pickEye(images, "OD")?.id).toBe(2);
    expect(byEye(images).unknown.map(({ id }) => id)).toEqual([3]);
  });

  it("calls labels grade only where nobody looked for lesions", () => {
    expect(saysGradeOnly({ regions_count: 0, classes_looked_for: [] })).toBe(true);
    expect(saysGradeOnly({ regions_count: 0, classes_looked_for: ["HE"] })).toBe(false);
    expect(answersInWords({ dr_status: "dr", icdr_grade: 2, macular_edema: null })).toBe("DR, ICDR grade 2");
    expect(answersInWords({ dr_status: "", icdr_grade: null, macular_edema: 0 })).toBe("no macular edema");
  });

  it("lists label states with open work first", () => {
    expect(labelStates(images)).toEqual(["draft", "accepted", ""]);
  });
});

describe("training curves", () => {
  it("draws losses together and shares together, and leaves out rates", () => {
    const groups = chartGroups([
      { epoch: 1, metrics: { train_loss: 2, validation_loss: 3, dice: 0.2, learning_rate: 0.1, note: "x" } },
      { epoch: 2, metrics: { train_loss: 1, dice: Number.NaN } },
    ]);

    expect(groups.map(({ title, series }) => [title, series.map(({ name }) => name)])).toEqual([
      ["Loss", ["train loss", "validation loss"]],
      ["Metrics", ["dice"]],
    ]);
    expect(groups[1]?.series[0]?.values).toEqual([[1, 0.2]]);
  });
});

describe("a model's headline", () => {
  it("prefers the test split and reads intervals", () => {
    const metrics = {
      train: { accuracy: 1 },
      test: { accuracy: { value: 0.9, low: 0.8, high: 1 }, loss: 3 },
    };

    expect(headline(metrics)).toEqual([["accuracy", 0.9]]);
  });

  it("names the lesion class and puts what ranks before what counts", () => {
    const metrics = {
      test: { classes: { EX: { accuracy: 1, dice: 0.8 }, HE: { dice: 0.7 } }, mean: { dice: 0.75 } },
    };

    expect(headline(metrics)).toEqual([
      ["EX Dice", 0.8],
      ["HE Dice", 0.7],
      ["EX accuracy", 1],
    ]);
  });
});

describe("the report of an import", () => {
  it("tells how to say whose the images are that came without patient or eye", () => {
    const both = howToSayWhose({ images_without_patient: 4, images_without_eye: 1 });

    expect(both).toContain("columns file, patient, eye");
    expect(both).toContain("About this image");
    const patientOnly = howToSayWhose({ images_without_patient: 4, images_without_eye: 0 });
    expect(patientOnly).toContain("columns file, patient)");
    expect(patientOnly).not.toContain("About this image");
    expect(howToSayWhose({ images_without_patient: 0, images_without_eye: 0 })).toBe("");
    expect(howToSayWhose(null)).toBe("");
  });
});

describe("overlays of predictions", () => {
  const answer = (id: number, task: string, model_state: string) => ({
    id,
    task,
    model_state,
    classes: task === "segmenter" ? ["HE"] : [],
    has_heatmap: task === "classifier",
  });

  it("are the champion's, even where another model spoke later", () => {
    const predictions = [answer(3, "segmenter", "candidate"), answer(1, "segmenter", "champion")];

    expect(wantedOverlays(predictions, FIRST_LAYERS).map(({ url }) => url)).toEqual([
      "/api/predictions/1/overlay/HE/",
    ]);
  });
});

describe("what came of assigning", () => {
  it("tells new readings from those that were there", () => {
    expect(assignedInWords({ readings: 4, new: 4 }, 2)).toBe("4 new readings on the worklists of 2 people.");
    expect(assignedInWords({ readings: 5, new: 1 }, 1)).toBe(
      "1 new reading on the worklists of 1 person; 4 were there already.",
    );
  });
});
