"""How the agreement of readings changes over the months or weeks."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import DateField, F, Q
from django.db.models.functions import TruncMonth, TruncWeek

from accounts.models import User
from annotations.models import Project
from annotations.selectors.agreement import PairKind
from annotations.selectors.agreement_figures import PairFigures, compared_pairs, figures_by

MOST_PERIODS = 24


class Period(StrEnum):
    """What is taken together."""

    MONTH = "month"
    WEEK = "week"


BEGIN_OF = {Period.MONTH: TruncMonth, Period.WEEK: TruncWeek}  # Mondays, in local time


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """The figures of the pairs whose second reading was handed in during the period that begins then."""

    begins: date
    figures: PairFigures


def agreement_over_time(
    *,
    user: User,
    project: Project,
    period: Period,
    kind: PairKind,
    readers: tuple[int | None, int | None] = (None, None),
) -> list[TrendPoint]:
    """The newest 24 periods with readings to compare, oldest first.

    `readers`, by id: the two of one pair; for hidden repeats the same one twice. None: everybody. Lesions
    count once `reader_pairs` has compared them.
    """
    compared = compared_pairs(user, project)
    same_reader = Q(first_reader=F("second_reader"))
    compared = compared.of(same_reader if kind == PairKind.WITHIN else ~same_reader)
    if wanted := {reader for reader in readers if reader is not None}:
        compared = compared.of(first_reader__in=wanted, second_reader__in=wanted)
    figures = figures_by(compared, begins=BEGIN_OF[period]("handed_in", output_field=DateField()))
    return [
        TrendPoint(begins=begins, figures=figures[begins,]) for (begins,) in sorted(figures)[-MOST_PERIODS:]
    ]
