"""Corrections: drawing and verdicts follow each other, and neither overwrites what it has not seen."""

import json
import uuid
from collections.abc import Callable

import pytest

from accounts.models import User
from annotations.models import FundusImage, LabelSet, LesionClass, Region
from annotations.services.corrections import accept_correction, begin_correction, change_correction
from annotations.services.label_errors import WrongState
from annotations.services.label_sets import RegionChange
from inference.models import ImageDecision, ModelVersion, Prediction
from review.errors import ReviewSigned
from review.models import Review, Signature
from review.services.correct_review import start_correction
from review.services.report_words import lesion_counts
from review.services.reviews import discard_review
from tests.review.conftest import Room

pytestmark = pytest.mark.django_db
SQUARE = {"x": 20, "y": 20, "width": 12, "height": 10}
ADDED = "12345678-1234-4234-8234-123456789abc"


def draw(label_set: LabelSet, *changes: RegionChange) -> None:
    """Draw in the reading room without coming back."""
    assert label_set.author is not None
    change_correction(label_set=label_set, by=label_set.author, changes=changes)


def redraw(name: str) -> RegionChange:
    return RegionChange(op="update", uuid=uuid.UUID(name), shape="rect", geometry=SQUARE)


def remove(name: str) -> RegionChange:
    return RegionChange(op="remove", uuid=uuid.UUID(name))


def add(code: str) -> RegionChange:
    return RegionChange(op="add", uuid=uuid.UUID(ADDED), shape="rect", geometry=SQUARE, lesion_class=code)


def open_correction(room: Room) -> LabelSet:
    review = Review.objects.get(pk=room.now["id"])
    return start_correction(review=review, image_id=room.now["images"][0]["image"], by=review.reviewer)


def take(room: Room) -> None:
    """Come back from the reading room."""
    body = {"base_revision": room.now["revision"]}
    answer = room.client.post(f"{room.address}take-corrections/", body)
    assert answer.status_code == 200, answer.content
    room.now = answer.json()


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


def test_one_lesion_added_by_hand_does_not_say_that_its_class_was_looked_for(room: Room) -> None:
    LesionClass.objects.filter(code="MA").update(enabled=True)  # the segmenter looks for EX and HE alone
    label_set = open_correction(room)
    draw(label_set, add("MA"))
    take(room)
    room.accept_all()
    room.settle()
    room.sign()

    label_set.refresh_from_db()
    assert label_set.classes_looked_for == ["EX", "HE"]
    document = json.loads(Signature.objects.get().document)
    assert document["images"][0]["looked_for"] == ["EX", "HE"]
    assert lesion_counts(document["images"][0])["MA"] == 1


def test_only_what_was_removed_in_the_room_is_rejected_on_the_way_back(room: Room) -> None:
    taken_back, redrawn, removed = room.findings()[:3]
    room.save(verdicts=[{"finding": taken_back["id"], "verdict": "reject", "reason": "vessel"}])
    label_set = open_correction(room)  # without the rejected one
    room.save(verdicts=[{"finding": taken_back["id"], "verdict": "accept"}])
    draw(label_set, redraw(redrawn["uuid"]), remove(removed["uuid"]))

    take(room)

    verdicts = {one["id"]: one["verdict"] for one in room.findings()}
    assert [verdicts[one["id"]] for one in (taken_back, redrawn, removed)] == ["accept", "edit", "reject"]


def test_after_a_new_segmenter_a_new_version_keeps_only_what_was_drawn_by_hand(
    room: Room, add_model: Callable[..., ModelVersion]
) -> None:
    draw(open_correction(room), redraw(room.findings()[0]["uuid"]), add("HE"))
    take(room)
    room.accept_all()
    room.settle()
    room.sign()
    image = room.now["images"][0]["image"]
    before = ImageDecision.objects.get(image=image)
    ModelVersion.objects.filter(task="segmenter").update(state="retired")
    model = add_model("segmenter", state="champion", steepness=10.0)
    newer = Prediction.objects.create(
        image_id=image, model=model, task="segmenter", outputs={"lesions": {"HE": {"count": 0}}}
    )
    ImageDecision.objects.create(
        image_id=image, classifier=before.classifier, segmenter=newer, outcome="dr", dr_probability=0.9
    )

    second = Room(room.client, room.exam)

    assert second.findings() == []
    assert [one["uuid"] for one in second.now["images"][0]["added"]] == [ADDED]
