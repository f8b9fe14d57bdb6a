"""A reviewer takes the next patient of the queue, looks at both eyes from the keyboard, and gives it back."""

import pytest
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


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (1280, 720)])
def test_no_decision_in_the_bar_is_cut_off_on_a_small_screen(
    people: People, fovea: LiveFovea, width: int, height: int
) -> None:
    patient = fovea.get("/api/patients/")["results"][0]["id"]
    page = people.page("reviewer", f"/review/{patient}")
    page.set_viewport_size({"width": width, "height": height})
    verdict = page.locator(".review-verdict")
    expect(verdict).to_contain_text("OS")
    expect(page.get_by_role("status").get_by_text("Yours until")).to_be_visible()

    bar = page.locator(".reading-room-bar").bounding_box()
    shown = [badge.bounding_box() for badge in page.locator(".reading-room-bar .mantine-Badge-root").all()]

    assert bar is not None
    assert len(shown) == 5  # who says it, the patient, both eyes, the claim
    for box in shown:
        assert box is not None
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert bar["y"] <= box["y"] and box["y"] + box["height"] <= bar["y"] + bar["height"]
    clipped = "elements => elements.filter(one => one.scrollWidth > one.clientWidth + 1).length"
    assert page.locator(".reading-room-bar .mantine-Badge-label").evaluate_all(clipped) == 0
