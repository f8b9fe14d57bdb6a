"""How people call a model version."""

import datetime

import pytest

from inference.models import ModelVersion

ADDED = datetime.datetime(2026, 10, 5, 9, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("card", "preset", "name"),
    [
        ({"title": "Classifier without a GPU"}, "cpu_lite0", "Classifier without a GPU, 5 Oct 2026"),
        ({}, "cpu_lite0", "cpu_lite0, 5 Oct 2026"),
        ({}, "", "unet, 5 Oct 2026"),
    ],
)
def test_a_version_is_named_by_its_title_and_the_day_it_was_added(
    card: dict[str, str], preset: str, name: str
) -> None:
    model = ModelVersion(id="a" * 64, card=card, preset=preset, architecture="unet", created_at=ADDED)

    assert model.name == name
