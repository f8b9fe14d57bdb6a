"""How the agreement of readings changes over the months or weeks."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils import timezone

from accounts.models import User
from annotations.models import LabelSet, Project
from annotations.selectors.agreement import (
    PairKind,
    ReadingPair,
    agreements_by_pair,
    compared_sets,
    reading_pairs,
)
from annotations.services.agreement import PairFigures, figures_of, in_readers_order
from core.weeks import monday_of

MOST_PERIODS = 24


class Period(StrEnum):
    """What is taken together."""

    MONTH = "month"
    WEEK = "week"


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
    wanted = {reader for reader in readers if reader is not None}
    sets = compared_sets(user, project)
    if wanted:
        sets = sets.filter(author__in=wanted)
    groups: dict[date, list[tuple[LabelSet, LabelSet]]] = defaultdict(list)
    for pair in reading_pairs(sets):
        if pair.kind == kind:
            groups[_period_of(pair, period)].append(in_readers_order(pair))
    newest = sorted(groups)[-MOST_PERIODS:]
    kept = agreements_by_pair(project)
    return [TrendPoint(begins=begins, figures=figures_of(groups[begins], kept)) for begins in newest]


def _period_of(pair: ReadingPair, period: Period) -> date:
    times = [one.submitted_at for one in (pair.first, pair.second) if one.submitted_at is not None]
    day = timezone.localtime(max(times)).date()
    return day.replace(day=1) if period == Period.MONTH else monday_of(day)
