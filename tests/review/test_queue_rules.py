"""Which patients deserve a reviewer's eyes first, as pure rules."""

from dataclasses import replace

import pytest

from inference.states import DecisionOutcome as Out
from review.queue_rules import ImageFacts, Place, is_picked, place_of
from review.states import Why

NOT_PICKED = next(exam for exam in range(100) if not is_picked(exam))


CLEAR = ImageFacts(
    outcome=Out.NO_DR, probability=0.02, threshold=0.5, model_dr=False, eye="OD", exam=NOT_PICKED
)
OTHER_EYE = replace(CLEAR, eye="OS")


def place(*images: ImageFacts, exam: int = NOT_PICKED) -> Place:
    """The place by these images of a right eye, beside a left one that is clear."""
    right = [replace(image, eye="OD", exam=exam) for image in images]
    return place_of([*right, replace(OTHER_EYE, exam=exam)])


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
    assert place(near).whys == (Why.REFERABLE_UNCERTAIN, Why.DR)


def test_a_clear_eye_says_nothing_of_one_that_is_missing_or_was_not_read() -> None:
    def whys(*images: ImageFacts) -> tuple[Why, ...]:
        return place_of(images).whys

    unread = ImageFacts(outcome=Out.PENDING, eye="OD", exam=NOT_PICKED)
    assert whys(CLEAR) == whys(CLEAR, replace(CLEAR, eye="")) == (Why.INCOMPLETE,)
    assert whys(CLEAR, replace(OTHER_EYE, exam=NOT_PICKED + 1)) == (Why.INCOMPLETE,)  # each exam for itself
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


def test_each_highest_probability_comes_with_the_threshold_of_its_image() -> None:
    likely = ImageFacts(outcome=Out.NO_DR, probability=0.13, threshold=0.66)
    near = replace(likely, probability=0.1, referable_probability=0.12, referable_threshold=0.15)

    told = place(likely, near)

    assert (told.probability, told.threshold) == (0.13, 0.66)
    assert (told.referable_probability, told.referable_threshold) == (0.12, 0.15)
    assert told.whys == (Why.REFERABLE_UNCERTAIN,)


def test_a_reason_is_told_of_the_eye_that_has_it_and_one_of_the_patient_of_both() -> None:
    doubtful = ImageFacts(outcome=Out.DISCORDANT)

    assert place(doubtful).of_eyes == {("OD", Why.CONTRADICTION)}
    assert place(CLEAR).of_eyes == {("OD", Why.OTHER), ("OS", Why.OTHER)}


def test_a_tenth_of_the_inconspicuous_is_picked_always_the_same() -> None:
    picked = [exam for exam in range(5_000) if is_picked(exam)]

    assert 400 <= len(picked) <= 600
    assert picked == [exam for exam in range(5_000) if is_picked(exam)]
    assert place(CLEAR, exam=picked[0]).whys == (Why.PICKED,)
    doubtful = ImageFacts(outcome=Out.DISCORDANT)
    assert place(doubtful, exam=picked[0]).whys == (Why.CONTRADICTION,)  # a reason stands before chance


def test_another_exam_of_a_patient_is_another_draw() -> None:
    picked = next(exam for exam in range(NOT_PICKED + 1, 1_000) if is_picked(exam))
    before = [CLEAR, OTHER_EYE]
    assert place_of(before).whys == (Why.OTHER,)

    assert place_of([*before, *(replace(image, exam=picked) for image in before)]).whys == (Why.PICKED,)
