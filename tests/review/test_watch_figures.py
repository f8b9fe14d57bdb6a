"""How signed decisions are counted."""

import datetime

from inference.states import DecisionOutcome
from review.watch_figures import Decisions, SignedDecisions

DR, NO_DR, INCOMPLETE = DecisionOutcome.DR, DecisionOutcome.NO_DR, DecisionOutcome.INCOMPLETE


def of_patients(count: int, *, decided: DecisionOutcome, signed: DecisionOutcome) -> SignedDecisions:
    return SignedDecisions(
        model="m",
        week=datetime.date(2026, 1, 5),
        site="",
        camera="",
        decided=decided,
        said="",
        outcome=signed,
        is_patient=True,
        images=count,
    )


def test_an_incomplete_patient_who_is_signed_as_dr_counts_as_overridden() -> None:
    found = Decisions()
    found.add(of_patients(60, decided=INCOMPLETE, signed=DR))
    found.add(of_patients(40, decided=INCOMPLETE, signed=INCOMPLETE))
    found.add(of_patients(10, decided=NO_DR, signed=DR))
    found.add(of_patients(10, decided=DR, signed=DR))

    assert (found.overridden_patients, found.patients) == (70, 120)
