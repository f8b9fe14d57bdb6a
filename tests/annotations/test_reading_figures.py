"""The checks before handing in, and the figures that disc and fovea give."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import FundusImage, LabelSet
from annotations.services.assignments import assign_images
from annotations.services.label_set_checks import check_label_set
from annotations.services.label_sets import RegionChange, open_reading, save_changes

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], APIClient]


@pytest.fixture
def draft(many_images: Callable[..., list[FundusImage]], people: dict[str, User]) -> LabelSet:
    [image] = many_images(1, width=1000, height=800)
    image.fov = {
        "center_x": 500, "center_y": 400, "radius": 350, "found": True, "width": 1000, "height": 800,
        "left": 150, "top": 50, "right": 850, "bottom": 750,
    }  # fmt: skip
    image.save()
    assign_images(images=[image], users=[people["specialist"]], by=people["administrator"])
    return open_reading(image=image, reader=people["specialist"])[0]


def rect(x: float, y: float, side: float = 10, lesion_class: str = "HE") -> RegionChange:
    return RegionChange(
        op="add",
        uuid=uuid.uuid4(),
        shape="rect",
        geometry={"x": x, "y": y, "width": side, "height": side},
        lesion_class=lesion_class,
    )


def save(draft: LabelSet, *changes: RegionChange, **reading: Any) -> None:
    draft.refresh_from_db()
    assert draft.author is not None
    save_changes(
        label_set=draft, by=draft.author, base_revision=draft.revision, change_id=uuid.uuid4(),
        changes=changes, reading=reading,
    )  # fmt: skip
    draft.refresh_from_db()


def found(draft: LabelSet, code: str) -> tuple[str, ...]:
    return next((finding.regions for finding in check_label_set(draft) if finding.code == code), ())


def test_copies_are_counted_without_the_region_they_repeat(draft: LabelSet) -> None:
    first, copy, third = rect(400, 400), rect(400.0, 400.0), rect(401, 400)
    save(draft, first, copy, third, dr_status="dr")

    assert found(draft, "duplicate_regions") == (str(copy.uuid),)
    [finding] = [one for one in check_label_set(draft) if one.code == "duplicate_regions"]
    assert finding.message == "1 region is an exact copy of another one."


def test_a_region_over_the_fovs_edge_is_inside_and_one_in_the_dark_is_not(draft: LabelSet) -> None:
    just_over, in_the_dark, reaching_in = rect(147, 395, 5), rect(100, 100), rect(20, 100, 260)
    save(draft, just_over, in_the_dark, reaching_in, rect(500, 400), dr_status="dr")

    assert set(found(draft, "outside_field_of_view")) == {str(in_the_dark.uuid), str(reaching_in.uuid)}


def test_the_checks_can_be_asked_for_before_handing_in_and_change_nothing(
    client_of: ClientOf, draft: LabelSet, people: dict[str, User]
) -> None:
    low = rect(400, 400)
    save(draft, low, icdr_grade=1)

    answer = client_of(people["specialist"]).get(f"/api/label-sets/{draft.pk}/checks/").json()

    assert answer["revision"] == 1
    assert [(finding["code"], finding["blocks"]) for finding in answer["findings"]] == [
        ("no_reading", True), ("grade_without_lesions", False),
    ]  # fmt: skip
    assert answer["findings"][1]["regions"] == [str(low.uuid)]
    draft.refresh_from_db()
    assert (draft.state, draft.revision) == ("draft", 1)


def test_a_grade_or_gradability_that_is_not_given_is_a_warning(draft: LabelSet) -> None:
    save(draft, dr_status="dr")
    [finding] = check_label_set(draft)
    assert (finding.code, finding.blocks) == ("missing_answers", False)
    assert finding.message == "No ICDR grade is given. Whether the image is gradable is not said."

    save(draft, gradability="gradable")
    assert [one.message for one in check_label_set(draft)] == ["No ICDR grade is given."]

    save(draft, icdr_grade=2)
    assert check_label_set(draft) == []


def test_nobody_asks_about_a_reading_they_may_not_see(
    client_of: ClientOf, draft: LabelSet, make_user: Callable[..., User]
) -> None:
    stranger = client_of(make_user("stranger", *[]))

    for figure in ("checks", "anatomy"):
        assert stranger.get(f"/api/label-sets/{draft.pk}/{figure}/").status_code in {403, 404}


def test_disc_and_fovea_give_quadrants_disc_diameters_and_the_nearest_exudate(
    client_of: ClientOf, draft: LabelSet, people: dict[str, User]
) -> None:
    near = rect(440, 396, 10, "EX")
    save(
        draft,
        near,
        rect(300, 500, 10, "EX"),
        rect(600, 300),
        landmarks={"disc": [700, 400], "fovea": [500, 400]},
    )
    client = client_of(people["specialist"])

    answer = client.get(f"/api/label-sets/{draft.pk}/anatomy/").json()

    assert (answer["disc_diameter_px"], answer["disc_diameter_from"]) == (80, "distance")
    assert answer["quadrants"]["superior_nasal"] == {"HE": 1}
    assert answer["quadrants"]["inferior_temporal"] == {"EX": 2}
    assert answer["nearest_exudate"] == str(near.uuid)
    assert answer["exudate_to_fovea_px"] == pytest.approx(50)
    assert answer["exudate_to_fovea_dd"] == pytest.approx(50 / 80)

    save(draft, landmarks={"fovea": [500, 400], "disc_diameter": 100})
    answer = client.get(f"/api/label-sets/{draft.pk}/anatomy/").json()
    assert (answer["quadrants"], answer["exudate_to_fovea_dd"]) == (None, 0.5)
    assert answer["disc_diameter_from"] == "marked"
