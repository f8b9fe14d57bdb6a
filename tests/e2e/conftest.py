"""A running Fovea, a browser, and a page for each person; a page that misbehaves fails its test."""

import re
import subprocess
from collections import deque
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.accounts.openid_server import CLIENT_ID, CLIENT_SECRET, Provider, running_provider
from tests.e2e import browser as browsing
from tests.e2e.browser import Watch
from tests.e2e.live import SAMPLES_READY_S, LiveFovea
from tests.e2e.own_pictures import bring_in_phantoms
from tests.processes.stack import ROOT

RESULTS = ROOT / "test-results" / "e2e"
FAILED = pytest.StashKey[bool]()
Sessions = dict[str, Any]  # the cookies of who is signed in


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Note a failure, so that the pages' fixtures know to keep evidence."""
    report: pytest.TestReport = yield  # type: ignore[assignment]
    if report.failed:
        item.stash[FAILED] = True
    return report  # type: ignore[return-value]


@pytest.fixture(scope="session")
def front_end() -> None:
    """The built front end, built by the same step as `make run`'s when it is missing."""
    if not (ROOT / "frontend" / "dist" / ".vite" / "manifest.json").is_file():
        subprocess.run([str(ROOT / "scripts" / "build-frontend")], check=True, timeout=600)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's browser, or a skip that says what is missing."""
    if browsing.chromium_path() is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    playwright: Playwright
    with sync_playwright() as playwright:
        browser = browsing.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    """An OpenID provider that the sampled Fovea knows."""
    with running_provider() as one:
        yield one


@pytest.fixture(scope="session")
def sampled_fovea(
    front_end: None,
    provider: Provider,
    chromium: Browser,
    tmp_path_factory: pytest.TempPathFactory,
    prepared_data: Callable[..., None],
) -> Iterator[LiveFovea]:
    """Fovea as `make run` starts it, sample patients and all; tests leave each other's patients alone."""
    folder = tmp_path_factory.mktemp("fovea") / "data"
    prepared_data(folder, samples=True)
    knows = {
        "OIDC_NAME": "The clinic",
        "OIDC_ISSUER": provider.issuer,
        "OIDC_CLIENT_ID": CLIENT_ID,
        "OIDC_CLIENT_SECRET": CLIENT_SECRET,
    }
    yield from _running(LiveFovea(folder, samples=True, settings=knows))


@pytest.fixture
def empty_fovea(
    front_end: None, chromium: Browser, tmp_path: Path, prepared_data: Callable[..., None]
) -> Iterator[LiveFovea]:
    """Fovea on its first day: accounts, a project, nothing in it."""
    prepared_data(tmp_path / "data", samples=False)
    yield from _running(LiveFovea(tmp_path / "data", samples=False))


def _running(fovea: LiveFovea) -> Iterator[LiveFovea]:
    try:
        fovea.wait_until_ready(within_s=SAMPLES_READY_S)
        yield fovea
    finally:
        fovea.stop()


class People:
    """Opens pages of one Fovea, one browser context for each opening, and keeps watch over all of them."""

    def __init__(self, *, browser: Browser, fovea: LiveFovea, sessions: Sessions) -> None:
        self._browser = browser
        self._fovea = fovea
        self._sessions = sessions
        self._opened: list[tuple[BrowserContext, Watch]] = []

    def visitor(self, *, touch: bool = False) -> tuple[Page, Watch]:
        """Open a page of nobody, with what watches over it."""
        context = browsing.new_context(self._browser, self._fovea.url, touch=touch)
        watch = Watch(context)
        self._opened.append((context, watch))
        context.tracing.start(screenshots=False, snapshots=False)
        return context.new_page(), watch

    def watched(self, username: str, *, touch: bool = False) -> tuple[Page, Watch]:
        """Open a page of a demo account, signed in, with what watches over it."""
        page, watch = self.visitor(touch=touch)
        if username not in self._sessions:
            self._sessions[username] = self._fovea.session_of(username)
        page.context.add_cookies(self._sessions[username])
        return page, watch

    def page(self, username: str, path: str = "/", *, touch: bool = False) -> Page:
        """Open an address as a demo account."""
        page, _ = self.watched(username, touch=touch)
        page.goto(path)
        return page

    def close(self, *, evidence: Path, failed: bool) -> list[str]:
        """Close every page, return what was wrong; with that or a failed test, keep evidence."""
        problems = [problem for _, watch in self._opened for problem in watch.problems]
        for number, (context, _) in enumerate(self._opened):
            if failed or problems:
                for tab, page in enumerate(context.pages):
                    browsing.save_evidence(page, evidence, f"page-{number}-{tab}")
                context.tracing.stop(path=evidence / f"trace-{number}.zip")
            else:
                context.tracing.stop()
            context.close()
        return problems


def _people(
    request: pytest.FixtureRequest, browser: Browser, fovea: LiveFovea, sessions: Sessions
) -> Iterator[People]:
    people = People(browser=browser, fovea=fovea, sessions=sessions)
    yield people
    folder = RESULTS / re.sub(r"[^\w.-]+", "-", request.node.name)
    problems = people.close(evidence=folder, failed=request.node.stash.get(FAILED, False))
    assert not problems, "pages reported:\n" + "\n".join(problems)


@pytest.fixture(scope="session")
def sessions() -> Sessions:
    """Cookies of who has signed in to the sampled Fovea, so that each person does it once."""
    return {}


@pytest.fixture
def people(
    request: pytest.FixtureRequest, chromium: Browser, sampled_fovea: LiveFovea, sessions: Sessions
) -> Iterator[People]:
    """People in front of the sampled Fovea."""
    yield from _people(request, chromium, sampled_fovea, sessions)


@pytest.fixture
def first_people(
    request: pytest.FixtureRequest, chromium: Browser, empty_fovea: LiveFovea
) -> Iterator[People]:
    """People in front of the empty Fovea."""
    yield from _people(request, chromium, empty_fovea, {})


@pytest.fixture
def fovea(sampled_fovea: LiveFovea) -> LiveFovea:
    """The sampled Fovea, healthy."""
    sampled_fovea.wait_until_healthy()
    return sampled_fovea


PageOf = Callable[..., Page]


@pytest.fixture
def page_of(people: People) -> PageOf:
    """Open a page of the sampled Fovea: `page_of("reviewer", "/patients")`."""
    return people.page


@pytest.fixture
def usual_keys(fovea: LiveFovea) -> Iterator[None]:
    """The specialist's keys are the usual ones, and are so again whatever a test did to them."""
    fovea.set_keys(None)
    yield
    fovea.set_keys(None)


class ImagesToRead:
    """Images on the specialist's worklist, each given away once; after the samples, more are brought in."""

    def __init__(self, fovea: LiveFovea) -> None:
        patients = fovea.get("/api/patients/?page_size=200&search=SAMPLE")["results"]
        fovea.set_rules(repeat_percent=0)  # no test's image comes back to be read again
        asked = {"users": [fovea.specialist_id()], "patients": [one["id"] for one in patients]}
        fovea.post("/api/assignments/", asked)
        self._fovea = fovea
        self._waiting = deque(int(brief["id"]) for patient in patients for brief in patient["images"])
        self._batches = count()

    def take(self, folder: Path) -> dict[str, Any]:
        """One that nobody has begun to read; `folder` is for those that are brought in."""
        while True:
            if not self._waiting:
                more = bring_in_phantoms(self._fovea, folder, batch=next(self._batches))
                self._waiting.extend(int(image["id"]) for image in more)
            path = f"/api/images/{self._waiting.popleft()}/"
            if not self._fovea.get(f"{path}label-sets/", by="specialist")["results"]:
                found: dict[str, Any] = self._fovea.get(path, by="specialist")
                return found


@pytest.fixture(scope="session")
def images_to_read(sampled_fovea: LiveFovea) -> ImagesToRead:
    return ImagesToRead(sampled_fovea)


@pytest.fixture
def image(fovea: LiveFovea, images_to_read: ImagesToRead, tmp_path: Path) -> dict[str, Any]:
    """An image on the specialist's worklist that nobody has begun to read."""
    return images_to_read.take(tmp_path / "more")
