"""What must never be signed: each of these was open to be signed once."""

from collections.abc import Callable

import pytest

from accounts.models import User
from annotations.models import FundusImage
from tests.review.conftest import ClientOf, Room

pytestmark = pytest.mark.django_db
AddImage = Callable[..., FundusImage]
OpenRoom = Callable[..., Room]


@pytest.fixture
def open_room(
    add_image: AddImage, reviewer: User, member: Callable[[User], User], client_of: ClientOf
) -> OpenRoom:
    """Begin the review of an exam with images of these eyes that no model has read."""

    def begin(*eyes: str) -> Room:
        images = [add_image("P1", eye) for eye in eyes]
        return Room(client_of(member(reviewer)), images[0].exam)

    return begin


def decide(room: Room, image: int, outcome: str) -> None:
    pk = room.now["images"][image]["image"]
    room.save(decisions=[{"scope": "image", "image": pk, "outcome": outcome, "reason": "as I see it"}])


def all_no_dr(room: Room) -> None:
    for place in range(len(room.now["images"])):
        decide(room, place, "no_dr")


def test_no_dr_beside_an_eye_that_became_ungradable_is_not_signed(open_room: OpenRoom) -> None:
    room = open_room("OD", "OS", "")
    all_no_dr(room)
    assert room.decision("patient")["proposed"] == "incomplete"
    room.settle("no_dr", urgency="none", reason="the third one is of the right eye")
    assert room.open_codes() == set()

    decide(room, 1, "ungradable")

    assert room.decision("patient")["proposed"] == "incomplete"
    assert room.sign(status=400)["detail"]["problems"] == ["no_dr_forbidden"]


def test_an_exam_that_got_another_image_is_not_signed(open_room: OpenRoom, add_image: AddImage) -> None:
    room = open_room("OD", "OS")
    all_no_dr(room)
    room.settle("no_dr", urgency="none")
    assert room.open_codes() == set()

    add_image("P1", "OS")

    assert room.sign(status=400)["detail"]["problems"] == ["images_changed"]


def test_a_patient_who_cant_be_graded_is_not_sent_home_without_a_word(open_room: OpenRoom) -> None:
    room = open_room("OD", "OS")
    decide(room, 0, "ungradable")
    decide(room, 1, "ungradable")
    room.settle("ungradable", urgency="none")
    assert room.open_codes() == {"incomplete_unanswered"}

    room.save(urgency="soon")
    assert room.open_codes() == set()
    room.save(urgency="none", conclusion="Repeat with dilated pupils.")
    assert room.open_codes() == set()
