import { MantineProvider } from "@mantine/core";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { jobKind, jobTitle } from "@/lib/jobKinds";
import { LogTail } from "@/pages/training/LiveFacts";

test("a job is called by its own title, else by what its kind does", () => {
  expect(jobTitle({ title: "Import 3: VIA regions", kind: "annotations.import_via" })).toBe(
    "Import 3: VIA regions",
  );
  for (const title of ["", "annotations.import_via"]) {
    expect(jobTitle({ title, kind: "annotations.import_via" })).toBe("Import of VIA regions");
  }
  expect(jobKind("inference.predict")).toBe("Prediction");
});

test("the log of a training is folded away", () => {
  const log = createElement(LogTail, { text: "epoch 1 loss 0.4" });
  const html = renderToStaticMarkup(createElement(MantineProvider, null, log));

  expect(html).toContain('aria-expanded="false"');
  expect(html).toContain("Show the technical log");
});
