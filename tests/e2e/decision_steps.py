"""What a reviewer sees of the models' decision: for the patient, and over the image."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e import steps
from tests.e2e.live import LiveFovea

NOT_A_DEVICE = "not a medical device"


def see_decision(page: Page, fovea: LiveFovea) -> None:
    """Open the patient and the image with the most predicted lesions, and see what was decided and why."""
    patient, image, decision = worst_image(fovea)
    page.goto("/patients")  # out of the review room, which has no navigation
    steps.open_patient(page, patient["code"])
    overall = fovea.get(f"/api/patients/{patient['id']}/decision/", by="reviewer")
    banner = page.get_by_role("region", name="Decision").first
    expect(banner).to_have_attribute("data-outcome", overall["outcome"])
    expect(banner).to_contain_text(NOT_A_DEVICE)
    if overall["probability"] is not None:
        expect(banner).to_contain_text(percent(overall["probability"]))

    overlay = page.locator(f"[data-image='{image['id']}'] img[data-overlay]").first
    expect(overlay).to_be_visible()
    expect(overlay).to_have_js_property("complete", True)
    assert overlay.evaluate("picture => picture.naturalWidth") > 0

    page.goto(f"/images/{image['id']}")
    expect(page.locator(".viewer[data-ready=true]")).to_be_visible()
    panel = page.get_by_role("region", name="DR decision")
    expect(panel).to_contain_text(f"Probability of DR: {percent(decision['dr_probability'])}")
    expect(panel).to_contain_text(NOT_A_DEVICE)
    for code, lesions in decision["lesions"].items():
        expect(panel.locator(f"[data-lesion={code}]")).to_contain_text(str(lesions["count"]))
    see_coloured_overlays(page, decision)


def see_coloured_overlays(page: Page, decision: dict[str, Any]) -> None:
    """The overlay files have coloured pixels, and the viewer shows them and hides them again."""
    found = [code for code, lesions in decision["lesions"].items() if lesions["count"] > 0]
    predictions = page.request.get(f"/api/images/{decision['image']}/predictions/").json()["results"]
    segmenter = next(one for one in predictions if one["task"] == "segmenter")
    for code in found:
        overlay = page.request.get(f"/api/predictions/{segmenter['id']}/overlay/{code}/")
        assert steps.coloured_share(steps.pixels(overlay.body())) > 0, code
    page.get_by_role("switch", name="Labels", exact=True).uncheck(force=True)
    shown = steps.stage_pixels(page)
    page.get_by_role("switch", name="Predicted lesions").uncheck(force=True)
    steps.see_change(page, shown, over=0.0001)


def worst_image(fovea: LiveFovea) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Patient, image and decision of the image with the most predicted lesions."""
    best: tuple[int, Any] = (0, None)
    for patient in fovea.get("/api/patients/?page_size=200", by="reviewer")["results"]:
        for image in patient["images"]:
            decision = fovea.get(f"/api/images/{image['id']}/decision/", by="reviewer")
            found = sum(lesions["count"] for lesions in decision["lesions"].values())
            if found > best[0] and decision["dr_probability"] is not None:
                best = (found, (patient, image, {**decision, "image": image["id"]}))
    assert best[1] is not None, "the models found no lesion in any image"
    chosen: tuple[dict[str, Any], dict[str, Any], dict[str, Any]] = best[1]
    return chosen


def percent(share: float) -> str:
    """A probability as the pages write it: never rounded to certainty."""
    if 0 < share < 0.005:
        return "< 1 %"
    return "> 99 %" if 0.995 < share < 1 else f"{int(100 * share + 0.5)} %"
