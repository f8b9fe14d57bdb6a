"""Worklists: what somebody is to read, where it stands, and which image comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from accounts.models import User
from annotations.models import Assignment, FundusImage, LabelSet, Region, Revision
from annotations.selectors.repeats import HANDED_IN
from annotations.selectors.visibility import assignments_for, label_sets_for, own_label_sets
from annotations.states import WorkState


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkDone:
    """How far a reading has come: its regions, and when it was opened, saved, handed in or judged last."""

    regions: int
    at: datetime


def worklist_of(reader: User, *, seen_by: User) -> QuerySet[Any]:
    """One person's rows as another may see them, urgent ones first.

    Annotated: `state` (WorkState), and `label_set_id`, of a reading that `seen_by` may see. The order does
    not depend on the state, so that the next image stays the next while work goes on.
    """
    of_row = {"image": OuterRef("image"), "author": OuterRef("user"), "reading_no": OuterRef("reading_no")}
    reading = LabelSet.objects.filter(is_independent=True, **of_row).order_by()
    sets = own_label_sets(reader) if reader == seen_by else label_sets_for(seen_by)
    seen = sets.filter(is_independent=True, **of_row).order_by()
    return (
        assignments_for(seen_by)
        .filter(user=reader)
        .annotate(
            state=Coalesce(Subquery(reading.values("state")), Value(WorkState.TO_DO.value)),
            label_set_id=Subquery(seen.values("pk")),
        )
        .order_by("priority", "pk")
    )


def work_done(label_sets: Iterable[int]) -> dict[int, WorkDone]:
    """How far these label sets have come, by id."""
    saves = Revision.objects.filter(label_set=OuterRef("pk")).order_by().values("label_set")
    saved_at = Subquery(saves.annotate(last=Max("at")).values("last"))
    drawn = Region.objects.filter(label_set=OuterRef("pk"), removed_in=None).order_by()
    counted = drawn.values("label_set").annotate(regions=Count("pk")).values("regions")
    # Never made times count as the set's first: SQLite's greatest of a null is null.
    times = [Coalesce(time, "created_at") for time in (saved_at, "submitted_at", "decided_at")]
    found = LabelSet.objects.filter(pk__in=list(label_sets)).values_list(
        "pk", Coalesce(Subquery(counted), 0), Greatest("created_at", *times)
    )
    return {pk: WorkDone(regions=regions, at=at) for pk, regions, at in found}


def first_readings(images: Iterable[FundusImage], users: Iterable[User]) -> QuerySet[Assignment]:
    """What these people are asked to read of these images for the first time."""
    return Assignment.objects.filter(image__in=list(images), user__in=list(users), reading_no=1)


def _readings_asked_for() -> QuerySet[LabelSet]:
    """The reading that the outer assignment asks for."""
    return LabelSet.objects.filter(
        is_independent=True,
        image=OuterRef("image"),
        author=OuterRef("user"),
        reading_no=OuterRef("reading_no"),
    )


def not_begun(assignments: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """Those whose reading was never opened: they can be taken back."""
    return assignments.filter(~Exists(_readings_asked_for()))


def first_not_begun(assignments: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """The same, looked up row by row: quick for a page of a list, slow for all."""
    reading = _readings_asked_for().values("pk")[:1]
    return assignments.alias(begun=Subquery(reading)).filter(begun=None)


def unfinished_rows(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those still to be handed in: quicker asked by readings that were than by each row's state."""
    handed_in = _readings_asked_for().filter(state__in=HANDED_IN)
    return rows.filter(~Exists(handed_in))


def neighbour_of(
    rows: QuerySet[Any], *, of: Assignment, backwards: bool, unfinished: bool
) -> Assignment | None:
    """The row before or after one; None at the end of the list.

    With `unfinished` only rows that are still to be handed in, and after the last one the first again.
    """
    if unfinished:
        rows = unfinished_rows(rows).exclude(pk=of.pk)
    later = Q(priority__gt=of.priority) | Q(priority=of.priority, pk__gt=of.pk)
    earlier = Q(priority__lt=of.priority) | Q(priority=of.priority, pk__lt=of.pk)
    if backwards:
        rows, later = rows.reverse(), earlier
    found = rows.filter(later).first()
    return found or (rows.first() if unfinished else None)


def state_counts(rows: QuerySet[Any]) -> dict[str, int]:
    """How many rows of a worklist are in each state."""
    counted = rows.order_by().values_list("state").annotate(rows=Count("pk"))
    return dict.fromkeys(WorkState.values, 0) | dict(counted)
