"""Every rule of the decision, as a table."""

from dataclasses import replace

import pytest

from imaging.quality import LIMITS
from inference.decision_rules import (
    ImageVerdict,
    Reading,
    decide_eye,
    decide_image,
    decide_patient,
    is_referable,
)
from inference.states import DecisionOutcome as Outcome

NOTHING = {"HE": 0, "EX": 0}
BLEEDING = {"HE": 3, "EX": 0}


@pytest.mark.parametrize(
    ("reading", "outcome", "codes"),
    [
        (None, Outcome.PENDING, ["no_prediction"]),
        (Reading(dr=True), Outcome.DR, ["classified_dr", "lesions_not_checked"]),
        (Reading(dr=False), Outcome.NO_DR, ["classified_no_dr", "lesions_not_checked"]),
        (Reading(dr=True, lesions=BLEEDING), Outcome.DR, ["classified_dr", "lesions_found"]),
        (Reading(dr=False, lesions=NOTHING), Outcome.NO_DR, ["classified_no_dr", "no_lesions"]),
        (Reading(dr=None, lesions=BLEEDING), Outcome.PENDING, ["no_classifier", "lesions_found"]),
        (Reading(dr=True, gradable=False, lesions=BLEEDING), Outcome.UNGRADABLE, ["ungradable"]),
        # Contradictions
        (
            Reading(dr=False, lesions=BLEEDING),
            Outcome.DISCORDANT,
            ["lesions_without_dr", "classified_no_dr"],
        ),
        (
            Reading(dr=False, lesions={"HE": 0, "EX": 0, "SE": 1}),
            Outcome.DISCORDANT,
            ["lesions_without_dr", "classified_no_dr"],
        ),
        (
            Reading(dr=True, icdr_grade=1, lesions={"EX": 1}),
            Outcome.DISCORDANT,
            ["lesions_without_dr", "classified_dr"],
        ),
        (
            Reading(dr=False, lesions={"HE": 0, "EX": 0, "MA": 2}),
            Outcome.DISCORDANT,
            ["microaneurysms_without_dr", "classified_no_dr", "lesions_found"],
        ),
        (
            Reading(dr=True, lesions={"HE": 0, "EX": 0, "MA": 0}),
            Outcome.DISCORDANT,
            ["dr_without_lesions", "classified_dr"],
        ),
        (
            Reading(dr=True, icdr_grade=0, lesions=BLEEDING),
            Outcome.DISCORDANT,
            ["status_contradicts_grade", "lesions_without_dr", "classified_dr"],
        ),
        (
            Reading(dr=False, icdr_grade=2),
            Outcome.DISCORDANT,
            ["status_contradicts_grade", "classified_no_dr", "lesions_not_checked"],
        ),
        # No contradiction
        (Reading(dr=True, lesions={"MA": 0}), Outcome.DR, ["classified_dr", "no_lesions"]),
        (Reading(dr=True, lesions=NOTHING), Outcome.DR, ["classified_dr", "no_lesions"]),
        (Reading(dr=True, icdr_grade=1, lesions={"MA": 4}), Outcome.DR, ["classified_dr", "lesions_found"]),
        (Reading(dr=None, icdr_grade=3), Outcome.DR, ["classified_dr", "lesions_not_checked"]),
        (Reading(dr=None, icdr_grade=0), Outcome.NO_DR, ["classified_no_dr", "lesions_not_checked"]),
    ],
)
def test_an_image_is_decided_by_its_reading(
    reading: Reading | None, outcome: Outcome, codes: list[str]
) -> None:
    verdict = decide_image(reading)

    assert verdict.outcome == outcome
    assert [reason.code for reason in verdict.reasons] == codes


@pytest.mark.parametrize(
    ("outcomes", "decided"),
    [
        (["no_dr", "dr", "ungradable"], "dr"),
        (["no_dr", "discordant"], "discordant"),
        (["no_dr", "pending"], "pending"),
        (["no_dr", "ungradable"], "no_dr"),
        (["ungradable", "ungradable"], "ungradable"),
        (["ungradable", "pending"], "pending"),
        (["discordant", "dr"], "dr"),
    ],
)
def test_the_worst_gradable_image_decides_an_eye(outcomes: list[str], decided: str) -> None:
    assert decide_eye([_verdict("OD", outcome) for outcome in outcomes], eye="OD").outcome == decided


@pytest.mark.parametrize(
    ("eyes", "decided", "gap"),
    [
        ({"OD": "no_dr", "OS": "no_dr"}, "no_dr", None),
        ({"OD": "no_dr", "OS": "dr"}, "dr", None),
        ({"OD": "no_dr"}, "incomplete", "eye_missing"),
        ({"OD": "no_dr", "OS": "ungradable"}, "incomplete", "eye_ungradable"),
        ({"OD": "no_dr", "": "no_dr"}, "incomplete", "eye_unknown"),
        ({"": "no_dr"}, "incomplete", "eye_unknown"),
        ({"OD": "no_dr", "OS": "no_dr", "": "no_dr"}, "incomplete", "eye_unknown"),
        ({"OD": "dr"}, "dr", "eye_missing"),
        ({"OD": "dr", "OS": "ungradable"}, "dr", "eye_ungradable"),
        ({"OD": "ungradable", "OS": "ungradable"}, "ungradable", "eye_ungradable"),
        ({"OD": "discordant", "OS": "no_dr"}, "discordant", None),
        ({"OD": "discordant", "OS": "dr"}, "dr", None),
        ({"OD": "pending", "OS": "no_dr"}, "pending", None),
        ({}, "pending", "no_images"),
    ],
)
def test_the_worse_eye_decides_a_patient(eyes: dict[str, str], decided: str, gap: str | None) -> None:
    verdict = decide_patient([_verdict(eye, outcome) for eye, outcome in eyes.items()])

    assert verdict.outcome == decided
    codes = {reason.code for reason in verdict.reasons}
    assert (gap in codes) if gap else not codes & {"eye_missing", "eye_ungradable", "eye_unknown"}


def test_no_combination_with_an_unread_eye_is_ever_no_dr() -> None:
    for first in Outcome:
        for second in (Outcome.UNGRADABLE, Outcome.PENDING, Outcome.DISCORDANT):
            assert decide_patient([_verdict("OD", first), _verdict("OS", second)]).outcome != Outcome.NO_DR


def test_a_discordant_eye_beside_an_eye_with_dr_still_needs_a_human() -> None:
    verdict = decide_patient(
        [
            decide_image(Reading(dr=True), eye="OD", image=1),
            decide_image(Reading(dr=False, lesions=BLEEDING), eye="OS", image=2),
        ]
    )

    assert verdict.needs_human
    assert ("lesions_without_dr", "OS", 2) in [(item.code, item.eye, item.image) for item in verdict.reasons]


@pytest.mark.parametrize("problem", [(limit.least, limit.code) for limit in LIMITS.values()])
def test_an_ungradable_image_says_why(problem: tuple[float, str]) -> None:
    (reason,) = decide_image(Reading(dr=True, gradable=False, ungradable_because=problem[1])).reasons

    assert reason.message.startswith("The image can't be graded: it")


def test_reasons_are_sentences_with_counts_and_probability() -> None:
    reading = Reading(dr=False, probability=0.12, lesions={"HE": 1, "EX": 2})

    assert [reason.message for reason in decide_image(reading).reasons] == [
        "1 hemorrhage and 2 hard exudates found, but the classifier says no DR.",
        "No DR (probability of DR 12%).",
    ]


@pytest.mark.parametrize(
    ("probability", "said"), [(0.999, "over 99%"), (0.001, "under 1%"), (0.5, "50%"), (0.99, "99%")]
)
def test_no_probability_is_rounded_to_certainty(probability: float, said: str) -> None:
    assert said in decide_image(Reading(dr=True, probability=probability)).reasons[0].message


@pytest.mark.parametrize(
    ("grade", "edema", "referable"),
    [(2, None, True), (1, 0, False), (0, 2, True), (None, None, None), (None, 2, True), (1, 1, False)],
)
def test_referable_is_grade_two_or_edema(
    grade: int | None, edema: int | None, *, referable: bool | None
) -> None:
    assert is_referable(icdr_grade=grade, macular_edema=edema) is referable


def _verdict(eye: str, outcome: str) -> ImageVerdict:
    return ImageVerdict(outcome=Outcome(outcome), eye=eye)


def _model_says(*, dr: bool, referable: float) -> Reading:
    return Reading(dr=dr, referable_probability=referable, referable_threshold=0.4, lesions=NOTHING)


def test_dr_is_told_to_be_referable_or_not() -> None:
    refer, keep = (decide_image(_model_says(dr=True, referable=chance)) for chance in (0.6, 0.3))

    assert refer.reasons[1].message == "Referable (probability of referable DR 60%, referable DR from 40%)."
    assert keep.reasons[1].code == "not_referable"
    assert (refer.outcome, keep.outcome) == (Outcome.DR, Outcome.DR)


def test_referable_without_dr_needs_a_human() -> None:
    verdict = decide_image(_model_says(dr=False, referable=0.6))

    assert verdict.outcome == Outcome.DISCORDANT
    assert [reason.code for reason in verdict.reasons[:2]] == ["referable_without_dr", "classified_no_dr"]
    assert decide_image(_model_says(dr=False, referable=0.2)).outcome == Outcome.NO_DR


def test_no_contradiction_speaks_of_a_reading_that_nobody_made() -> None:
    told = {
        reason.code: reason.message
        for reading in (
            Reading(dr=True, icdr_grade=1, lesions={"HE": 1}),
            replace(_model_says(dr=False, referable=0.6), lesions={"MA": 2}),
        )
        for reason in decide_image(reading).reasons
    }

    assert told["lesions_without_dr"] == "1 hemorrhage found, but the classifier says ICDR grade 1."
    assert told["microaneurysms_without_dr"] == "2 microaneurysms found, but the classifier says no DR."
    assert told["referable_without_dr"].endswith(", but the classifier says no DR.")


def test_what_is_said_of_a_patient_names_the_eye_that_it_counts() -> None:
    worse = Reading(dr=True, probability=0.9, lesions={"HE": 10, "EX": 69})
    better = Reading(dr=True, probability=0.8, lesions={"HE": 8, "EX": 83})

    patient = decide_patient([decide_image(better, eye="OD"), decide_image(worse, eye="OS")])

    assert [reason.message for reason in patient.reasons] == [
        "Left eye (OS): DR (probability of DR 90%).",
        "Left eye (OS): 10 hemorrhages and 69 hard exudates found.",
    ]
    assert patient.eyes[0].reasons[1].message == "8 hemorrhages and 83 hard exudates found."


def test_lesions_of_an_eye_with_several_images_are_told_to_be_those_of_one() -> None:
    worse = decide_image(Reading(dr=True, probability=0.9, lesions={"HE": 10}), eye="OD")
    other = decide_image(Reading(dr=True, probability=0.8, lesions={"HE": 30}), eye="OD")

    told = decide_eye([other, worse], eye="OD").reasons[1].message

    assert told == "10 hemorrhages found. Counted in the image that decides, one of 2 of this eye."
    assert decide_eye([worse], eye="OD").reasons[1].message == "10 hemorrhages found."


def test_what_is_said_of_referable_dr_is_that_of_the_number_shown() -> None:
    right = decide_image(replace(_model_says(dr=True, referable=0.2), probability=0.95), eye="OD", image=1)
    left = decide_image(replace(_model_says(dr=True, referable=0.8), probability=0.9), eye="OS", image=2)

    patient = decide_patient([right, left])
    eye = decide_eye([right, left], eye="OD")

    for verdict in (patient, eye):
        (told,) = [one for one in verdict.reasons if one.code in ("referable", "not_referable")]
        assert verdict.referable_probability == 0.8
        assert "Referable (probability of referable DR 80%" in told.message
    assert eye.reasons[1].image == 2


def test_referable_dr_of_eye_and_patient_is_that_of_the_image_where_it_is_most_probable() -> None:
    right = [decide_image(_model_says(dr=True, referable=chance), eye="OD") for chance in (0.2, 0.5)]
    left = decide_image(_model_says(dr=True, referable=0.7), eye="OS")
    unread = decide_image(Reading(dr=True, gradable=False, referable_probability=0.99), eye="OS")

    assert decide_eye(right, eye="OD").referable_probability == 0.5
    found = decide_patient([*right, left, unread])
    assert (found.referable_probability, found.referable_threshold) == (0.7, 0.4)


def test_a_probability_is_told_with_the_threshold_it_is_judged_by() -> None:
    verdict = decide_image(Reading(dr=True, probability=0.81, threshold=0.59))

    assert verdict.reasons[0].message == "DR (probability of DR 81%, DR from 59%)."


def test_lesions_of_a_contradiction_are_told_once_and_others_beside_them() -> None:
    verdict = decide_image(Reading(dr=False, lesions={"HE": 1, "EX": 0, "MA": 2}))

    assert [reason.code for reason in verdict.reasons] == [
        "lesions_without_dr",
        "microaneurysms_without_dr",
        "classified_no_dr",
        "lesions_found",
    ]
