import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { patchAnnotorious } from "../vite/annotorious";

const PACKAGES = [
  ["openseadragon", "annotorious-openseadragon.es.js"],
  ["plugin-tools", "annotorious-plugin-tools.es.js"],
] as const;

const source = (folder: string, file: string) =>
  readFileSync(new URL(`../node_modules/@annotorious/${folder}/dist/${file}`, import.meta.url), "utf8");

describe("the patched Annotorious", () => {
  it.each(PACKAGES)("has a place for every patch in %s", (folder, file) => {
    expect(() => patchAnnotorious(source(folder, file), file, "/stage.ts")).not.toThrow();
  });

  it("draws on our stage and sets styles through the CSSOM", () => {
    const [folder, file] = PACKAGES[0];
    const patched = patchAnnotorious(source(folder, file), file, "/stage.ts") ?? "";

    expect(patched).toMatch(/^import \{ createEmptyStage \} from "\/stage.ts";/);
    expect(patched).toContain("createEmptyStage(l)");
    expect(patched).toContain(".style.cssText = ");
  });

  it("refuses a version that it does not fit", () => {
    expect(() => patchAnnotorious("export {};", PACKAGES[0][1], "/stage.ts")).toThrow(/fits 0 places/);
  });

  it("leaves other files alone", () => {
    expect(patchAnnotorious("x", "other.js", "/stage.ts")).toBeNull();
  });
});
