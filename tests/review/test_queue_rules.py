"""Which patients deserve a reviewer's eyes first, as pure rules."""

from dataclasses import replace

import pytest

from inference.states import DecisionOutcome as Out
from review.queue_rules import ImageFacts, Place, is_picked, place_of
from review.states import Why

NOT_PICKED = next(patient for patient in range(100) if not is_picked(patient))


CLEAR = ImageFacts(outcome=Out.NO_DR, probability=0.02, threshold=0.5, model_dr=False, eye="OD")
OTHER_EYE = replace(CLEAR, eye="OS")


def place(*images: ImageFacts, patient: int = NOT_PICKED) -> Place:
    """The place by these images of a right eye, beside a left one that is clear."""
    right = [replace(image, eye="OD") for image in images]
    return place_of(patient=patient, images=[*right, OTHER_EYE])


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (ImageFacts(outcome=Out.DISCORDANT, probability=0.1, threshold=0.5), Why.CONTRADICTION),
        (
            ImageFacts(outcome=Out.NO_DR, probability=0.1, threshold=0.5, model_dr=False, specialist_dr=True),
            Why.AGAINST_SPECIALIST,
        ),
        (ImageFacts(outcome=Out.NO_DR, probability=0.41, threshold=0.5), Why.UNCERTAIN),
        (
            ImageFacts(
                outcome=Out.DR,
                probability=0.9,
                threshold=0.5,
                referable_probability=0.7,
                referable_threshold=0.4,
            ),
            Why.REFERABLE,
        ),
        (ImageFacts(outcome=Out.DR, probability=0.9, threshold=0.5), Why.REFERABLE),
        (ImageFacts(outcome=Out.UNGRADABLE), Why.UNGRADABLE),
        (ImageFacts(outcome=Out.PENDING), Why.INCOMPLETE),
        (CLEAR, Why.OTHER),
    ],
)
def test_each_doubt_has_its_reason(facts: ImageFacts, why: Why) -> None:
    assert place(facts).whys[0] == why


def test_dr_that_a_model_calls_not_referable_is_dr_all_the_same() -> None:
    mild = ImageFacts(
        outcome=Out.DR, probability=0.9, threshold=0.5, referable_probability=0.1, referable_threshold=0.4
    )

    assert place(mild).whys == (Why.DR,)
    near = replace(mild, referable_probability=0.35)
    assert place(near).whys == (Why.UNCERTAIN, Why.DR)


def test_a_clear_eye_says_nothing_of_one_that_is_missing_or_was_not_read() -> None:
    def whys(*images: ImageFacts) -> tuple[Why, ...]:
        return place_of(patient=NOT_PICKED, images=images).whys

    unread = ImageFacts(outcome=Out.PENDING, eye="OD")
    assert whys(CLEAR) == whys(CLEAR, replace(CLEAR, eye="")) == (Why.INCOMPLETE,)
    assert whys(CLEAR, replace(OTHER_EYE, exam=2)) == (Why.INCOMPLETE,)  # each exam for itself
    assert whys(unread, OTHER_EYE) == (Why.INCOMPLETE,)
    assert whys(unread) == (Why.NOT_PREDICTED,)
    assert whys(CLEAR, OTHER_EYE) == (Why.OTHER,)


def test_one_image_in_doubt_is_enough_and_all_reasons_are_told_in_their_order() -> None:
    doubtful = ImageFacts(outcome=Out.DISCORDANT, probability=0.45, threshold=0.5)

    assert place(CLEAR, doubtful, ImageFacts(outcome=Out.UNGRADABLE)).whys == (
        Why.CONTRADICTION,
        Why.UNCERTAIN,
        Why.UNGRADABLE,
    )


def test_within_a_reason_the_more_probable_dr_comes_first() -> None:
    less = place(ImageFacts(outcome=Out.DR, probability=0.7, threshold=0.5))
    more = place(ImageFacts(outcome=Out.DR, probability=0.95, threshold=0.5))

    assert sorted([less, more], key=lambda one: one.rank) == [more, less]


def test_a_tenth_of_the_inconspicuous_is_picked_always_the_same() -> None:
    picked = [patient for patient in range(5_000) if is_picked(patient)]

    assert 400 <= len(picked) <= 600
    assert picked == [patient for patient in range(5_000) if is_picked(patient)]
    assert place(CLEAR, patient=picked[0]).whys == (Why.PICKED,)
    doubtful = ImageFacts(outcome=Out.DISCORDANT)
    assert place(doubtful, patient=picked[0]).whys == (Why.CONTRADICTION,)  # a reason stands before chance
