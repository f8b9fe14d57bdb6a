import { MantineProvider } from "@mantine/core";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { MemoryRouter } from "react-router";
import { describe, expect, test } from "vitest";
import { errorFromBody } from "@/api/errors";
import { ErrorNotice } from "@/components/states";
import { listOf } from "@/lib/places";

function notice(status: number, path: string): string {
  const error = createElement(ErrorNotice, { error: errorFromBody(status, {}), onRetry: () => undefined });
  const page = createElement(MantineProvider, null, error);
  return renderToStaticMarkup(createElement(MemoryRouter, { initialEntries: [path] }, page));
}

describe("a page that can't be shown", () => {
  test("leads to its list when it is not there, and does not offer to ask again", () => {
    const html = notice(404, "/models/abc");

    expect(html).toMatch(/<a [^>]*href="\/models"/);
    expect(html).toContain("To the models");
    expect(html).not.toContain("Try again<");
  });

  test("can be asked for again when the server failed", () => {
    const html = notice(500, "/models/abc");

    expect(html).toContain("Try again<");
    expect(html).not.toContain("<a ");
  });

  test.each([
    ["/patients/12", "/patients"],
    ["/datasets/3/changes", "/datasets"],
    ["/images/7", "/"],
    ["/images/7/agreement", "/"],
    ["/patients", "/"],
  ])("%s belongs to %s", (path, list) => {
    expect(listOf(path).to).toBe(list);
  });
});
