"""Corrections: drawing and verdicts follow each other, and neither overwrites what it has not seen."""

import uuid
from collections.abc import Callable

import pytest

from accounts.models import User
from annotations.models import FundusImage, LabelSet, Region
from annotations.services.corrections import accept_correction, begin_correction, change_correction
from annotations.services.label_errors import WrongState
from annotations.services.label_sets import RegionChange
from review.errors import ReviewSigned
from review.models import Review
from review.services.correct_review import start_correction
from review.services.reviews import discard_review
from tests.review.conftest import Room

pytestmark = pytest.mark.django_db
SQUARE = {"x": 20, "y": 20, "width": 12, "height": 10}


def draw(label_set: LabelSet, *changes: RegionChange) -> None:
    """Draw in the reading room without coming back."""
    assert label_set.author is not None
    change_correction(label_set=label_set, by=label_set.author, changes=changes)


def redraw(name: str) -> RegionChange:
    return RegionChange(op="update", uuid=uuid.UUID(name), shape="rect", geometry=SQUARE)


def remove(name: str) -> RegionChange:
    return RegionChange(op="remove", uuid=uuid.UUID(name))


def open_correction(room: Room) -> LabelSet:
    review = Review.objects.get(pk=room.now["id"])
    return start_correction(review=review, image_id=room.now["images"][0]["image"], by=review.reviewer)


def test_opening_a_correction_again_keeps_what_was_drawn_meanwhile(room: Room) -> None:
    redrawn, removed = (one["uuid"] for one in room.findings()[:2])
    label_set = open_correction(room)
    draw(label_set, redraw(redrawn), remove(removed))

    open_correction(room)

    standing = {str(one.uuid): one for one in Region.objects.filter(label_set=label_set, removed_in=None)}
    assert standing[redrawn].geometry == SQUARE
    assert removed not in standing
    room.now = room.client.get(room.address).json()
    verdicts = {one["uuid"]: one["verdict"] for one in room.findings()}
    assert (verdicts[redrawn], verdicts[removed]) == ("edit", "reject")


def test_a_correction_that_was_drawn_on_since_it_was_read_is_not_accepted(
    add_image: Callable[..., FundusImage], reviewer: User
) -> None:
    seen = begin_correction(image=add_image(), by=reviewer, of="1", looked_for=["HE"])
    LabelSet.objects.filter(pk=seen.pk).update(revision=1)

    with pytest.raises(WrongState):
        accept_correction(label_set=seen, by=reviewer, answers={}, looked_for=["HE"], signed="a signature")


def test_who_discards_a_draft_that_was_signed_meanwhile_is_told_so(room: Room) -> None:
    opened_before = Review.objects.get(pk=room.now["id"])
    room.accept_all()
    room.settle()
    room.sign()

    with pytest.raises(ReviewSigned):
        discard_review(review=opened_before, by=opened_before.reviewer)
    with pytest.raises(ReviewSigned):
        start_correction(
            review=opened_before, image_id=room.now["images"][0]["image"], by=opened_before.reviewer
        )
