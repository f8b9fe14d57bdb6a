"""A browser that notices what a page must never do, and the few gestures that tests share."""

import math
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    Response,
    expect,
)

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Playwright's own list, which this one replaces, and the address bar's two pages: opened with every window,
# they took half of its CPU time.
DISABLED_FEATURES = (
    *("AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync"),
    *("DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay"),
    *("MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch"),
    *("ThirdPartyStoragePartitioning", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
)
CHROMIUM_ARGUMENTS = [
    f"--disable-features={','.join(DISABLED_FEATURES)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTH, HEIGHT = 1440, 900
PATIENCE_MS = 20_000.0  # two cores may be busy training while a page answers
FAILED_REQUEST = re.compile(r"the server responded with a status of (\d{3})")
HEALTH = "/api/health/"
UNREACHED = re.compile(r"net::ERR_(FAILED|INTERNET_DISCONNECTED|CONNECTION_|EMPTY_RESPONSE|NETWORK_CHANGED)")


def chromium_path() -> str | None:
    """The machine's own Chromium; none is ever downloaded."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def launch(playwright: Playwright) -> Browser:
    """Start the machine's Chromium without a window."""
    return playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS)


class Watch:
    """Everything wrong that a browser context's pages said or were sent: errors, refused content, 5xx.

    Not that the health page says "down" when starved cores kept the database from answering in time.
    """

    def __init__(self, context: BrowserContext) -> None:
        self._problems: list[str] = []
        self._expected: set[int] = set()
        self._disconnected = False
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self._problems.append(f"page error: {error.error}"))
        context.on("response", self._on_response)

    @contextmanager
    def expecting(self, *statuses: int) -> Iterator[None]:
        """Refused requests with these statuses are what the test is about."""
        self._expected |= set(statuses)
        yield
        self._expected -= set(statuses)

    @contextmanager
    def disconnected(self) -> Iterator[None]:
        """Requests that reach no server are what the test is about."""
        self._disconnected = True
        yield
        self._disconnected = False

    @property
    def problems(self) -> list[str]:
        """One line for each thing, in order."""
        return list(self._problems)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.location.get("url", "").endswith(HEALTH):
            return
        failed = FAILED_REQUEST.search(message.text)
        if self._disconnected and UNREACHED.search(message.text):
            return
        if message.type == "error" and not (failed and int(failed[1]) in self._expected):
            self._problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500 and not response.url.endswith(HEALTH):
            self._problems.append(f"{response.status} from {response.url}")


def new_context(browser: Browser, url: str, *, touch: bool = False) -> BrowserContext:
    """One person's browser: desk-sized, English, light, patient; with a touch screen if wanted."""
    context = browser.new_context(
        base_url=url,
        viewport={"width": WIDTH, "height": HEIGHT},
        locale="en-GB",
        color_scheme="light",
        reduced_motion="reduce",
        has_touch=touch,
    )
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    return context


def sign_in(page: Page, username: str, password: str) -> None:
    """Fill in the sign-in page and wait for the pages behind it."""
    page.goto("/sign-in")
    page.get_by_label("User name").fill(username)
    page.locator("input[name=password]").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name="Account menu")).to_be_visible()


def go(page: Page, place: str) -> None:
    """Follow a link of the main navigation."""
    page.get_by_role("navigation", name="Pages").get_by_role("link", name=place, exact=True).click()
    expect(page.get_by_role("heading", level=1).first).to_be_visible()


def wait_for_job(page: Page, *, within_s: float, state: str = "succeeded") -> None:
    """Wait until the newest job that the page follows has ended in a state."""
    job = page.locator("[data-job-state]").last
    expect(job).to_have_attribute(
        "data-job-state", re.compile("succeeded|failed|cancelled"), timeout=within_s * 1000
    )
    assert job.get_attribute("data-job-state") == state, job.inner_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownImage:
    """Where the whole image lies on the screen; the viewer fits it into its element, centred."""

    left: float
    top: float
    zoom: float  # screen px per image px

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Screen position of an image position."""
        return self.left + x * self.zoom, self.top + y * self.zoom

    def under(self, left: float, top: float) -> tuple[float, float]:
        """Image position of a screen position."""
        return (left - self.left) / self.zoom, (top - self.top) / self.zoom


def shown_image(page: Page, *, width: int, height: int) -> ShownImage:
    """The opened image of this size in px, shown whole. Waits for the picture."""
    stage = page.locator(".viewer[data-ready=true]")
    expect(stage).to_be_visible()
    page.get_by_role("button", name="Whole image (F)").click()
    page.mouse.move(5, 5)
    page.wait_for_timeout(600)  # the viewer glides for a quarter of a second
    box = _box(stage)
    zoom = min(box["width"] / width, box["height"] / height)
    return ShownImage(
        left=box["x"] + (box["width"] - width * zoom) / 2,
        top=box["y"] + (box["height"] - height * zoom) / 2,
        zoom=zoom,
    )


def _box(element: Locator) -> dict[str, float]:
    box = element.bounding_box()
    assert box is not None, "the element is not on the page"
    return dict(box)  # type: ignore[arg-type]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Press, move in steps as a hand does, release."""
    page.mouse.move(*start)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(start[0] + (end[0] - start[0]) * step / 8, start[1] + (end[1] - start[1]) * step / 8)
    page.mouse.up()


def draw_rectangle(page: Page, shown: ShownImage, x: float, y: float, width: float, height: float) -> None:
    """Draw a rectangle in image px with the rectangle tool."""
    page.keyboard.press("r")
    drag(page, shown.at(x, y), shown.at(x + width, y + height))


def draw_by_hand(page: Page, shown: ShownImage, cx: float, cy: float, radius: float) -> None:
    """Draw a circle (image px) with the freehand tool."""
    page.keyboard.press("d")
    turn = [2 * math.pi * step / 48 for step in range(49)]
    places = [shown.at(cx + radius * math.cos(angle), cy + radius * math.sin(angle)) for angle in turn]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places:
        page.mouse.move(*place)
    page.mouse.up()


def draw_polygon(page: Page, shown: ShownImage, points: list[tuple[float, float]]) -> None:
    """Click the corners (image px) with the polygon tool; a double click on the last one ends it."""
    page.keyboard.press("p")
    for point in points[:-1]:
        page.mouse.click(*shown.at(*point))
        page.wait_for_timeout(350)  # two quick clicks would count as a double click
    page.mouse.dblclick(*shown.at(*points[-1]))


def save_evidence(page: Page, folder: Path, name: str) -> None:
    """Keep a screenshot of a page that a failed test had open."""
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")
