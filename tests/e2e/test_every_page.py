"""Every page opens for everyone who may see it, full and empty, without an error in the console."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import HEIGHT, WIDTH
from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea

ADMIN_PAGES = (
    "/patients",
    "/agreement",
    "/disagreements",
    "/projects/1",
    "/imports",
    "/imports/new",
    "/exports",
    "/training",
    "/searches",
    "/datasets",
    "/models",
    "/watch",
    "/jobs",
    "/people",
    "/audit",
    "/account",
)
SEEN_BY = {
    "specialist": ("/worklist", "/patients", "/jobs", "/account"),
    "reviewer": (
        "/review",
        "/patients",
        "/agreement",
        "/disagreements",
        "/projects/1",
        "/models",
        "/watch",
        "/jobs",
        "/account",
    ),
    "admin": ADMIN_PAGES,
}
EMPTY = {
    "/patients": "No patients yet",
    "/agreement": "No image was read twice yet",
    "/disagreements": "No two readings wait to be settled.",
    "/projects/1": "Nobody reads here yet",
    "/imports": "Nothing imported yet",
    "/exports": "Nothing exported yet",
    "/training": "No runs yet",
    "/searches": "No search yet",
    "/datasets": "No version yet",
    "/models": "No models yet",
    "/watch": "No model to watch yet",
    "/jobs": "No jobs yet",
    "/account": "No tokens yet",
}


def assert_in_order(page: Page) -> None:
    """The page has a heading, shows no error, waits for nothing and does not scroll sideways."""
    expect(page.get_by_role("heading").first).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    expect(page.locator("[role=alert][data-code]:not([data-job-state] *)")).to_have_count(
        0
    )  # a failed job may say so
    assert page.viewport_size == {"width": WIDTH, "height": HEIGHT}
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH


@pytest.mark.parametrize("username", ["specialist", "reviewer", "admin"])
def test_a_patient_and_an_image_open(people: People, fovea: LiveFovea, username: str) -> None:
    patient = fovea.get("/api/patients/?search=SAMPLE&page_size=1", by=username)["results"][0]
    page = people.page(username, f"/patients/{patient['id']}")
    assert_in_order(page)
    for eye in ("Right eye (OD)", "Left eye (OS)"):
        expect(page.get_by_role("region", name=eye).get_by_role("img", name=eye)).to_be_visible()

    page.get_by_role("link", name="Open Right eye (OD)").click()

    expect(page.locator(".viewer[data-ready=true]")).to_be_visible()
    expect(page.get_by_role("region", name="DR decision")).to_contain_text("not a medical device")
    page.get_by_label("Back to the patient").click()
    expect(page.get_by_role("heading", name=re.compile("^Patient "))).to_be_visible()


def test_every_page_says_what_to_do_while_there_is_nothing(
    first_people: People, empty_fovea: LiveFovea
) -> None:
    page = first_people.page("admin")
    for path in ADMIN_PAGES:
        page.goto(path)
        assert_in_order(page)
        if path in EMPTY:
            expect(page.get_by_text(EMPTY[path])).to_be_visible()
    for username in ("specialist", "reviewer"):
        page = first_people.page(username, "/patients")
        expect(page.get_by_text("No patients yet")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "back"),
    [
        ("/patients/999999", "To the patients"),
        ("/images/999999", "To the first page"),
        ("/review/999999", "To the review queue"),
    ],
)
def test_an_address_of_nothing_says_so_and_leads_back(people: People, path: str, back: str) -> None:
    page, watch = people.watched("reviewer")

    with watch.expecting(404):
        page.goto(path)
        expect(page.get_by_role("alert").first).to_be_visible()
        expect(page.get_by_role("button", name="Try again")).to_have_count(0)
        expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
        page.get_by_role("link", name=back).click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_somebody_in_no_project_is_told_so(people: People) -> None:
    page = people.page("specialist")
    nothing: dict[str, object] = {"count": 0, "next": None, "previous": None, "results": []}
    page.route("**/api/projects/**", lambda route: route.fulfill(json=nothing))

    page.goto("/patients")

    expect(page.get_by_text("You are in no project yet")).to_be_visible()


def test_only_those_who_start_jobs_find_their_page_in_the_menu(people: People) -> None:
    menu_of = {
        name: people.page(name, "/patients").get_by_role("navigation") for name in ("specialist", "admin")
    }

    expect(menu_of["admin"].get_by_role("link", name="Jobs")).to_be_visible()
    expect(menu_of["specialist"].get_by_role("link", name="Patients")).to_be_visible()
    expect(menu_of["specialist"].get_by_role("link", name="Jobs")).to_have_count(0)
