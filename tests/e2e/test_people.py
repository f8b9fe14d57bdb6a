"""Who gets in: at an OpenID provider, and by an invitation; and who is shut out again."""

from playwright.sync_api import Page, expect

from tests.accounts.openid_server import Provider
from tests.e2e.browser import sign_in
from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea, unique

PASSWORD = "a long enough password"


def _at_the_provider(page: Page) -> None:
    page.goto("/sign-in?next=/patients")
    page.get_by_role("button", name="Sign in with The clinic").click()


def test_the_provider_lets_in_whom_the_site_expects_and_nobody_else(
    people: People, fovea: LiveFovea, provider: Provider
) -> None:
    address = f"{unique('vera')}@example.org"
    provider.subject, provider.email = f"{address} at the clinic", address
    page, watch = people.visitor()

    with watch.expecting(403):
        _at_the_provider(page)
        expect(page.get_by_text(f"Nobody with the address {address} is expected here.")).to_be_visible()
    whom = {"email": address.title(), "full_name": "Vera Anders", "roles": ["reviewer"], "projects": []}
    fovea.post("/api/invitations/", whom)
    _at_the_provider(page)

    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    expect(page.get_by_text("You are in no project yet")).to_be_visible()
    tied = fovea.get("/api/audit-events/?action=user.openid_tied")["results"]
    assert address in [event["actor_name"] for event in tied]


def test_a_person_is_invited_comes_gets_another_role_and_is_shut_out(
    people: People, fovea: LiveFovea
) -> None:
    nora, full_name = unique("nora"), unique("Nora Lind")
    page = people.page("admin", "/people")
    page.get_by_role("button", name="Invite").click()
    invite = page.get_by_role("dialog")
    invite.get_by_label("Name").fill(full_name)
    invite.get_by_role("checkbox", name="Specialist").check()
    invite.get_by_role("button", name="Invite").click()
    link = invite.locator("code").inner_text()
    invite.get_by_role("button", name="Done").click()

    guest, watch = people.visitor()
    guest.goto(link)
    guest.get_by_label("User name").fill(nora)
    for field in guest.locator("input[autocomplete=new-password]").all():
        field.fill(PASSWORD)
    guest.get_by_role("button", name="Begin").click()
    expect(guest.get_by_role("heading", name="Welcome")).to_be_visible()
    sign_in(guest, nora, PASSWORD)
    pages = guest.get_by_role("navigation", name="Pages").get_by_role("link")
    expect(pages).to_have_text(["Worklist", "Patients"])

    _change(page, full_name)
    page.get_by_role("dialog").get_by_role("checkbox", name="Specialist").uncheck()
    page.get_by_role("dialog").get_by_role("checkbox", name="Reviewer").check()
    page.get_by_role("button", name="Save roles and projects").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    guest.reload()
    expect(pages.filter(has_text="Disagreements")).to_be_visible()

    _change(page, full_name)
    page.get_by_label("Reason").fill("Has left the clinic.")
    page.get_by_role("button", name="Close the account").click()
    expect(page.get_by_role("row", name=full_name)).to_contain_text("closed")
    with watch.expecting(401, 403):
        guest.reload()
        expect(guest.get_by_role("heading", name="Sign in")).to_be_visible()
        guest.get_by_label("User name").fill(nora)
        guest.locator("input[name=password]").fill(PASSWORD)
        guest.get_by_role("button", name="Sign in", exact=True).click()
        expect(guest.get_by_role("alert")).to_contain_text("do not belong together")


def _change(page: Page, full_name: str) -> None:
    """Open what can be changed about this person."""
    page.reload()
    page.get_by_label("Search people").fill(full_name)
    page.get_by_role("button", name=f"Change {full_name}").click()
    expect(page.get_by_role("dialog")).to_be_visible()
