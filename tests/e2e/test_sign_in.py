"""Signing in and out, and which pages each role is offered."""

import time

import pytest
from playwright.sync_api import expect

from tests.accounts.authenticator_app import App
from tests.e2e.browser import sign_in
from tests.e2e.conftest import PageOf, People
from tests.e2e.live import LiveFovea, unique

NOT_A_DEVICE = "For research and decision support, not a medical device."
PLACES = {
    "specialist": ["Worklist", "Patients"],
    "reviewer": ["Review", "Patients", "Agreement", "Reading", "Disagreements", "Models", "Watching"],
    "admin": [
        "Review",
        "Patients",
        "Agreement",
        "Reading",
        "Disagreements",
        "Imports",
        "Exports",
        "Training",
        "Models",
        "Watching",
        "Jobs",
        "People",
        "Audit log",
    ],
}
FOREIGN = {
    "specialist": [
        "/imports",
        "/imports/new",
        "/exports",
        "/training",
        "/models",
        "/people",
        "/audit",
        "/review/1",
    ],
    "reviewer": ["/imports", "/imports/new", "/exports", "/training", "/people", "/audit"],
}


def test_a_visitor_is_asked_to_sign_in_and_led_back_where_they_wanted(
    people: People, fovea: LiveFovea
) -> None:
    page, _ = people.visitor()

    page.goto("/jobs")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_text(NOT_A_DEVICE)).to_be_visible()
    page.get_by_label("User name").fill("reviewer")
    page.locator("input[name=password]").fill(fovea.password)
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_role("heading", name="Jobs")).to_be_visible()
    assert page.url.endswith("/jobs")


def test_a_wrong_password_is_refused_with_what_to_do(people: People) -> None:
    page, watch = people.visitor()
    page.goto("/sign-in")
    page.get_by_label("User name").fill("nobody-we-know")
    page.locator("input[name=password]").fill("wrong")

    with watch.expecting(403):
        page.get_by_role("button", name="Sign in", exact=True).click()
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("This name and password do not belong together.")

    expect(alert).to_contain_text("Check both.")
    expect(page.get_by_label("User name")).to_have_value("nobody-we-know")


def test_signing_out_closes_the_pages(people: People, fovea: LiveFovea) -> None:
    page, _ = people.visitor()
    sign_in(page, "reviewer", fovea.password)
    page.goto("/account")

    page.get_by_role("button", name="Account menu").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    page.goto("/patients")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_second_factor_is_set_up_on_the_account_page_and_asked_for(
    people: People, fovea: LiveFovea
) -> None:
    username = unique("with-telephone")
    fovea.add_specialist(username)
    page, _ = people.visitor()
    sign_in(page, username, fovea.password)

    page.goto("/account")
    page.get_by_role("button", name="Set up a second factor").click()
    expect(page.get_by_alt_text("QR code for the authenticator app")).to_be_visible()
    app = App(page.locator("[data-secret]").get_attribute("data-secret") or "", [time.time()])
    page.get_by_label("Code of your authenticator app").fill(app.code())
    page.locator("input[name=second-factor-password]").fill(fovea.password)
    page.get_by_role("button", name="Turn it on").click()
    recovery = page.get_by_label("Recovery codes").locator("code").first.inner_text()
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_text("10 recovery codes left.")).to_be_visible()

    page.get_by_role("button", name="Account menu").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.get_by_label("User name").fill(username)
    page.locator("input[name=password]").fill(fovea.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code of your authenticator app").fill(recovery)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name="Account menu")).to_be_visible()


@pytest.mark.parametrize("username", PLACES)
def test_the_navigation_offers_what_the_role_may_do(page_of: PageOf, username: str) -> None:
    page = page_of(username)

    links = page.get_by_role("navigation", name="Pages").get_by_role("link")
    expect(links).to_have_text(PLACES[username])


@pytest.mark.parametrize(("username", "path"), [(who, path) for who in FOREIGN for path in FOREIGN[who]])
def test_a_page_of_another_role_is_not_there(page_of: PageOf, username: str, path: str) -> None:
    page = page_of(username, path)

    expect(page.get_by_text("Nothing here")).to_be_visible()
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
