"""What people do on the pages, step by step: for the whole loop, smaller tests and the docs' pictures."""

import io
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.browser import draw_polygon, draw_rectangle, go, shown_image

IMPORT_S = 240.0
TRAINING_S = 900.0  # under three minutes each on two idle cores
PATIENCE_S = 20.0
DARK = 60  # no pixel of a photograph that is shown stays below this


def import_files(page: Page, files: Sequence[Path], *, via: bool = False, accept: bool = False) -> None:
    """Send files through the import page and follow the import until it has ended well."""
    go(page, "Imports")
    page.get_by_role("link", name="New import").first.click()
    expect(page.get_by_role("heading", name="New import")).to_be_visible()
    if via:
        page.get_by_text("VIA regions").click()
    page.locator("input[type=file]").first.set_input_files(list(files))
    plural = "file" if len(files) == 1 else "files"
    page.get_by_role("button", name="Read the file" if via else f"Import {len(files)} {plural}").click()
    page.wait_for_url(re.compile(r"/imports/\d+$"), timeout=IMPORT_S * 1000)
    heading = page.get_by_role("heading", level=1)
    if via:
        check_via(page, accept=accept)
        expect(heading).to_contain_text("Checked", timeout=IMPORT_S * 1000)
        page.get_by_role("button", name=re.compile(r"^Import all [\d,]+ regions?$")).click()
    expect(heading).to_contain_text(re.compile("Succeeded|Failed"), timeout=IMPORT_S * 1000)
    expect(heading).to_contain_text("Succeeded")
    expect(page.get_by_role("heading", name="Report")).to_be_visible()


def check_via(page: Page, *, accept: bool = False) -> None:
    """On the page of a VIA file that was just sent: have every row checked with the classes as guessed."""
    expect(page.get_by_role("heading", name="What the labels mean")).to_be_visible()
    if accept:
        page.get_by_label("Accept the labels at once").check()
    page.get_by_role("button", name="Check", exact=True).click()


def assign_first_patient(page: Page, *, to: Sequence[str]) -> str:
    """Put the first patient of the list on these people's worklists; returns the patient's code."""
    go(page, "Patients")
    first = page.get_by_role("checkbox", name=re.compile(r"^Select (?!all)")).first
    code = (first.get_attribute("aria-label") or "").removeprefix("Select ")
    first.check()
    page.get_by_role("button", name="Assign 1").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="People who label").click()
    for name in to:
        page.get_by_role("option", name=re.compile(name, re.IGNORECASE)).click()
    page.keyboard.press("Escape")
    dialog.get_by_role("radio", name="Everybody reads all").check()
    dialog.get_by_role("button", name="Assign", exact=True).click()
    people = "1 person" if len(to) == 1 else f"{len(to)} people"
    expect(page.get_by_text(f"on the worklists of {people}.")).to_be_visible()
    return code


def open_patient(page: Page, code: str) -> None:
    """Find a patient by code and open the page."""
    go(page, "Patients")
    page.get_by_label("Search").fill(code)
    page.get_by_role("link", name=code, exact=True).click()
    expect(page.get_by_role("heading", name=f"Patient {code}")).to_be_visible()


def label_image(page: Page, *, width: int, height: int) -> None:
    """Draw a rectangle and a polygon onto the opened image of this size, read it and hand it in."""
    page.get_by_role("button", name="Start labelling").click()
    expect(page.get_by_label("Rectangle (R)")).to_be_visible()
    shown = shown_image(page, width=width, height=height)
    draw_rectangle(page, shown, 0.35 * width, 0.4 * height, 0.1 * width, 0.1 * height)
    page.keyboard.press("2")
    corners = [(0.55, 0.55), (0.65, 0.56), (0.62, 0.66), (0.54, 0.64)]
    draw_polygon(page, shown, [(x * width, y * height) for x, y in corners])
    expect(page.locator("[data-count=HE]")).to_have_text("1")
    expect(page.locator("[data-count=EX]")).to_have_text("1")
    read_as_dr(page)
    page.get_by_label("ICDR grade").select_option("2")
    page.get_by_label("Gradability").select_option("gradable")
    expect(page.locator("[data-save=saved]")).to_be_visible()


def read_as_healthy(page: Page) -> None:
    """Say no DR in the reading of the opened image, and that it can be graded."""
    page.get_by_role("radiogroup", name="DR status").get_by_text("No DR", exact=True).click()
    page.get_by_label("ICDR grade").select_option("0")
    page.get_by_label("Gradability").select_option("gradable")
    expect(page.locator("[data-save=saved]")).to_be_visible()


def read_as_dr(page: Page) -> None:
    """Say DR in the reading of the opened image."""
    page.get_by_role("radiogroup", name="DR status").get_by_text("DR", exact=True).click()


def start_training(page: Page, *, task: str, preset: str, epochs: int | None = None) -> str:
    """Start a run from the training page (of fewer epochs, when asked) and return the address of its page."""
    go(page, "Training")
    page.get_by_text(task, exact=True).first.click()
    expect(page.locator("[data-ready=true]")).to_be_visible()
    page.get_by_role("radio", name=preset).check()
    if epochs is not None:
        page.get_by_label("Epochs").fill(str(epochs))
    page.get_by_role("button", name=f"Train {preset}").click()
    page.wait_for_url(re.compile(r"/training/\d+$"))
    return page.url


def epochs_drawn(page: Page) -> int:
    """How many epochs the loss curve shows."""
    curve = page.get_by_role("img", name="Loss").locator("polyline").first
    return len((curve.get_attribute("points") or "").split()) if curve.count() else 0


def promote(page: Page, model: str, *, reason: str) -> None:
    """Make a model the champion."""
    page.goto(f"/models/{model}")
    page.get_by_role("button", name="Promote").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Why").fill(reason)
    dialog.get_by_role("button", name="Promote").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Champion")


def pixels(png: bytes) -> NDArray[np.int16]:
    """A picture as RGBA, int16 (H, W, 4), so that differences don't wrap."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA")).astype(np.int16)


def coloured_share(rgba: NDArray[np.int16]) -> float:
    """Share of the pixels, 0..1, that are neither transparent nor grey."""
    spread = rgba[..., :3].max(axis=-1) - rgba[..., :3].min(axis=-1)
    return float(((rgba[..., 3] > 0) & (spread > 60)).mean())


def stage_pixels(page: Page) -> NDArray[np.int16]:
    """What the viewer shows once it shows a picture that stands still, without its lower left corner."""
    page.mouse.move(5, 5)
    give_up = time.monotonic() + PATIENCE_S
    last = _stage(page)
    while True:
        page.wait_for_timeout(250)
        now = _stage(page)
        if now[..., :3].max() > DARK and np.array_equal(now, last):
            return now
        assert time.monotonic() < give_up, "the viewer shows no picture that stands still"
        last = now


def see_change(page: Page, before: NDArray[np.int16], *, over: float) -> NDArray[np.int16]:
    """Wait until more than this share of the viewer's pixels differs from `before`; returns what it shows."""
    return _see(page, before, lambda share: share > over, f"more than {over} of the pixels change")


def see_same(page: Page, before: NDArray[np.int16], *, within: float) -> NDArray[np.int16]:
    """Wait until at most this share of the viewer's pixels differs from `before`; returns what it shows."""
    return _see(page, before, lambda share: share < within, f"all but {within} of the pixels are as before")


def _see(
    page: Page, before: NDArray[np.int16], fits: Callable[[float], bool], what: str
) -> NDArray[np.int16]:
    give_up = time.monotonic() + PATIENCE_S
    while not fits(share := changed_share(before, now := stage_pixels(page))):
        assert time.monotonic() < give_up, f"never seen: {what} (at last {share:.5f})"
    return now


def _stage(page: Page) -> NDArray[np.int16]:
    stage = pixels(page.locator(".viewer").screenshot()).copy()
    height, width = stage.shape[:2]
    stage[height * 3 // 4 :, : width // 4] = 0
    return stage


def changed_share(before: NDArray[np.int16], after: NDArray[np.int16]) -> float:
    """Share of the pixels, 0..1, that differ visibly."""
    return float((np.abs(before - after)[..., :3].max(axis=-1) > 20).mean())
