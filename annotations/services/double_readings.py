"""Follows images that two people read: compares the readings, and opens a case where they disagree."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from shapely.errors import GEOSException

from accounts.models import User
from annotations.models import DoubleReading, LabelSet, Project
from annotations.selectors.double_readings import (
    different_answers,
    first_readings_of,
    is_first_reading,
    pairs_among,
    read_twice,
)
from annotations.services.agreement import agreement_of
from annotations.services.label_errors import WrongState
from annotations.states import DOUBLE_READING_MOVES, DoubleReadingState, Gradability
from core.models import Job
from core.services import audit
from core.services.jobs import queue_job
from core.states import JobState

COMPARE_JOB = "annotations.compare_readings"
SECONDS_PER_JOB = 30.0
OPENED = "opened"  # the code of a reason that a person gave
logger = logging.getLogger(__name__)
REPEATABLE = (
    DoubleReadingState.AGREED,
    DoubleReadingState.OPEN,
)  # a changed level may turn the one into the other
_GRAVITY = ("dr_status", "gradability", "icdr_grade", "macular_edema", "lesions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two readings of one image and how they differ; no reasons: they agree."""

    first: LabelSet
    second: LabelSet
    reasons: list[dict[str, Any]]

    @property
    def gravity(self) -> tuple[bool, ...]:
        """Larger for the graver one: by its gravest reason, then by the next."""
        codes = {reason["code"] for reason in self.reasons}
        return tuple(code in codes for code in _GRAVITY)


@transaction.atomic
def follow_reading(*, label_set: LabelSet) -> None:
    """Bring an image's double reading up to date after a reading of it was handed in or returned."""
    if not is_first_reading(label_set):
        return
    # The lock first: of two readers who hand in at once, the second one then sees both readings.
    case = DoubleReading.objects.select_for_update().filter(image=label_set.image).first()
    readings = list(first_readings_of(label_set.image))
    if case is None:
        if len(readings) > 1:
            DoubleReading.objects.create(image=label_set.image, first=readings[0], second=readings[1])
            ask_to_compare(project=label_set.image.project)
    elif case.state == DoubleReadingState.SETTLED:
        DoubleReading.objects.filter(pk=case.pk).update(changed_since=True)
    elif len(readings) < 2:
        if case.state != DoubleReadingState.WAITING:
            move_case(case, DoubleReadingState.WAITING)
    else:
        if case.state != DoubleReadingState.COMPARING:
            move_case(case, DoubleReadingState.COMPARING)
        ask_to_compare(project=label_set.image.project)


@transaction.atomic
def compare_again(*, project: Project) -> None:
    """Have all of a project's readings judged by its new level; what is settled stays."""
    judged = DoubleReading.objects.filter(image__project=project, state__in=REPEATABLE)
    if judged.update(state=DoubleReadingState.COMPARING):
        ask_to_compare(project=project)


def take_up_double_readings() -> None:
    """Follow images that were read twice before this was kept track of; go on where a job ended early."""
    for project in Project.objects.all():
        for image in read_twice(project).filter(double_reading=None).iterator():
            first, second = first_readings_of(image)[:2]
            DoubleReading.objects.get_or_create(image=image, defaults={"first": first, "second": second})
        handed_in = DoubleReading.objects.filter(
            image__in=read_twice(project), state=DoubleReadingState.WAITING
        )
        handed_in.update(state=DoubleReadingState.COMPARING)
        waiting = DoubleReading.objects.filter(image__project=project, state=DoubleReadingState.COMPARING)
        if waiting.exists():
            with transaction.atomic():
                ask_to_compare(project=project)


def ask_to_compare(*, project: Project) -> None:
    """Queue a job that compares what waits for it, unless one is queued; call in a transaction."""
    queued = Job.objects.filter(kind=COMPARE_JOB, state=JobState.QUEUED, payload__project=project.pk)
    if not queued.exists():
        queue_job(
            kind=COMPARE_JOB, payload={"project": project.pk}, by=None, title=f"Compare readings of {project}"
        )


def compare_waiting(
    *,
    project: Project,
    open_transaction: Callable[[], AbstractContextManager[object]] = transaction.atomic,
    progress: Callable[[int, int, str], None] = lambda done, total, message: None,
) -> dict[str, int]:
    """Compare readings of a project that wait for it; gives how many images came to which state.

    After SECONDS_PER_JOB another job goes on, so that predictions and imports get their turn. A case that
    can't be compared is logged and waits; the others do not wait for it.
    """
    waiting = DoubleReading.objects.filter(image__project=project, state=DoubleReadingState.COMPARING)
    cases = list(waiting.select_related("image").order_by("pk"))
    began = time.monotonic()
    counts: dict[str, int] = {}
    for number, case in enumerate(cases, start=1):
        try:
            found = gravest_difference(
                list(first_readings_of(case.image)), least_percent=project.lesion_agreement_percent
            )
            with open_transaction():
                state = _conclude(case, found)
        except (ArithmeticError, LookupError, TypeError, ValueError, GEOSException):
            logger.exception("the readings of image %s can't be compared", case.image_id)
            state = "failed"
        counts[state] = counts.get(state, 0) + 1
        progress(number, len(cases), "")
        if number < len(cases) and time.monotonic() - began > SECONDS_PER_JOB:
            with open_transaction():
                ask_to_compare(project=project)
            break
    return counts


def gravest_difference(readings: Sequence[LabelSet], *, least_percent: int) -> Difference | None:
    """The two readings of one image that differ most, graver questions first; None with fewer than two."""
    compared = [
        Difference(
            first=pair.first,
            second=pair.second,
            reasons=_reasons(pair.first, pair.second, least_percent=least_percent),
        )
        for pair in pairs_among(readings)
    ]
    return max(compared, key=lambda one: one.gravity, default=None)


def move_case(case: DoubleReading, to: DoubleReadingState, **fields: Any) -> None:
    """Move by one conditional UPDATE. Raises WrongState when it is not where the move starts from."""
    was = DoubleReadingState(case.state)
    moved = to in DOUBLE_READING_MOVES[was] and DoubleReading.objects.filter(pk=case.pk, state=was).update(
        state=to, **fields
    )
    if not moved:
        case.refresh_from_db()
        raise WrongState(
            f"This double reading is {case.state}; it can't become {to}.",
            remedy="Reload the page to see where it stands.",
            detail={"state": case.state},
        )
    case.refresh_from_db()


def _reasons(first: LabelSet, second: LabelSet, *, least_percent: int) -> list[dict[str, Any]]:
    """How two readings differ; an image that one of them calls ungradable has no lesions to compare."""
    reasons: list[dict[str, Any]] = [*different_answers(first, second)]
    f1 = agreement_of(first, second).mean_f1
    readable = Gradability.UNGRADABLE not in (first.gradability, second.gradability)
    if readable and f1 is not None and f1 < least_percent / 100:
        reasons.append({"code": "lesions", "f1": f1, "least": least_percent / 100})
    return reasons


def _conclude(case: DoubleReading, found: Difference | None) -> str:
    """Write what was found, unless a reading has changed meanwhile: then it still waits. Gives the state."""
    held = DoubleReading.objects.select_for_update().get(pk=case.pk)
    now = {one.pk: one.revision for one in first_readings_of(case.image)}
    pair = (found.first, found.second) if found else ()
    if held.state != DoubleReadingState.COMPARING or any(now.get(one.pk) != one.revision for one in pair):
        return str(held.state)
    if found is None:
        move_case(held, DoubleReadingState.WAITING)
        return str(held.state)
    was_open = held.opened_at is not None
    asked_for = [reason for reason in held.reasons if reason["code"] == OPENED]  # a person's word stands
    reasons = [*found.reasons, *asked_for]
    fields: dict[str, Any] = {
        "first": found.first,
        "second": found.second,
        "first_revision": found.first.revision,
        "second_revision": found.second.revision,
        "reasons": reasons,
    }
    if reasons:
        move_case(held, DoubleReadingState.OPEN, opened_at=held.opened_at or timezone.now(), **fields)
    else:
        nobody = {"opened_at": None, "claimed_by": None, "claimed_until": None}
        move_case(held, DoubleReadingState.AGREED, **fields, **nobody)
    if bool(reasons) != was_open:
        record(held, "open" if reasons else "agree", by=None, reasons=reasons)
    return str(held.state)


def record(case: DoubleReading, deed: str, *, by: User | None, reason: str = "", **more: Any) -> None:
    """Tell the audit log what became of a disagreement."""
    after = {"image": case.image_id, "readings": [case.first_id, case.second_id], **more}
    audit.record(actor=by, action=f"disagreement.{deed}", obj=case, after=after, reason=reason)
