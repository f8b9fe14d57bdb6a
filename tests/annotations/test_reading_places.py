"""Landmarks, pinned comments and origins are kept with the reading, and only where they make sense."""

import uuid
from typing import Any

import pytest

from accounts.models import User
from annotations.models import FundusImage, LabelSet, Region
from annotations.services.label_errors import InvalidReading, InvalidRegion
from annotations.services.label_sets import RegionChange, open_reading, save_changes

pytestmark = pytest.mark.django_db

PIN = {"uuid": str(uuid.uuid4()), "x": 10.5, "y": 20, "text": "drusen?"}


@pytest.fixture
def draft(assigned: list[FundusImage], specialist: User) -> LabelSet:
    return open_reading(image=assigned[0], reader=specialist)[0]


def _save(draft: LabelSet, by: User, *changes: RegionChange, **reading: Any) -> None:
    draft.refresh_from_db()
    save_changes(
        label_set=draft,
        by=by,
        base_revision=draft.revision,
        change_id=uuid.uuid4(),
        changes=changes,
        reading=reading,
    )
    draft.refresh_from_db()


def test_landmarks_and_pins_are_kept_with_the_reading(draft: LabelSet, specialist: User) -> None:
    landmarks = {"disc": [30, 40.5], "fovea": [60, 41], "disc_diameter": 12}

    _save(draft, specialist, landmarks=landmarks, pins=[PIN])
    _save(draft, specialist, icdr_grade=2)

    assert (draft.landmarks, draft.pins, draft.icdr_grade) == (landmarks, [PIN], 2)


@pytest.mark.parametrize(
    "reading",
    [
        {"landmarks": {"disc": [-1, 5]}},
        {"landmarks": {"disc": [1e9, 5]}},
        {"landmarks": {"fovea": [float("nan"), 5]}},
        {"landmarks": {"fovea": "here"}},
        {"landmarks": {"disc_diameter": 0}},
        {"landmarks": {"optic cup": [1, 1]}},
        {"landmarks": [1, 2]},
        {"pins": {}},
        {"pins": [{**PIN, "x": -3}]},
        {"pins": [{**PIN, "text": "  "}]},
        {"pins": [{**PIN, "uuid": "one"}]},
        {"pins": [{**PIN, "colour": "red"}]},
        {"pins": [PIN, PIN]},
    ],
)
def test_a_place_outside_the_image_or_a_malformed_pin_is_refused_and_nothing_kept(
    reading: dict[str, Any], draft: LabelSet, specialist: User
) -> None:
    with pytest.raises(InvalidReading):
        _save(draft, specialist, **reading)

    draft.refresh_from_db()
    assert (draft.landmarks, draft.pins, draft.revision) == ({}, [], 0)


def test_an_accepted_finding_carries_its_origin_and_a_made_up_one_is_refused(
    draft: LabelSet, specialist: User
) -> None:
    shape: dict[str, Any] = {
        "shape": "rect",
        "geometry": {"x": 1, "y": 2, "width": 3, "height": 4},
        "lesion_class": "HE",
    }
    first = uuid.uuid4()

    _save(draft, specialist, RegionChange(op="add", uuid=first, origin=f"model:{'a' * 64}", **shape))
    _save(draft, specialist, RegionChange(op="update", uuid=first, origin="tightened"))
    with pytest.raises(InvalidRegion):
        _save(draft, specialist, RegionChange(op="add", uuid=uuid.uuid4(), origin="via:1", **shape))

    origins = Region.objects.filter(label_set=draft).order_by("created_in").values_list("origin", flat=True)
    assert list(origins) == [f"model:{'a' * 64}", "tightened"]
