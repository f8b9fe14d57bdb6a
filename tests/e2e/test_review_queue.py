"""A reviewer takes the next patient of the queue, looks at both eyes from the keyboard, and gives it back."""

from playwright.sync_api import expect

from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea
from tests.e2e.test_accessibility import faults


def test_the_next_patient_is_claimed_seen_with_linked_views_and_given_back(
    people: People, fovea: LiveFovea
) -> None:
    page = people.page("reviewer", "/review")
    expect(page.locator("[data-patient]").first).to_be_visible()
    page.get_by_role("button", name="Next patient").click()

    expect(page.get_by_role("status").get_by_text("Yours until")).to_be_visible()
    eyes = page.locator(".review-eye")
    expect(eyes).to_have_count(2)
    expect(page.get_by_role("link", name="Patient ")).to_be_visible()
    patient = page.url.rsplit("/", 1)[-1]
    claim = fovea.get(f"/api/patients/{patient}/review-claim/", by="admin")["claim"]
    assert not claim["mine"]

    assert faults(page) == []

    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next finding")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Show").click()
    page.keyboard.press("l")
    expect(page.get_by_role("radio", name="Not linked")).to_be_checked()
    page.keyboard.press("g")
    expect(page.get_by_role("radio", name="Red-free")).to_be_checked()

    page.get_by_role("button", name="Give back").click()
    expect(page.get_by_role("heading", name="Review", exact=True)).to_be_visible()
    assert fovea.get(f"/api/patients/{patient}/review-claim/", by="admin")["claim"] is None
