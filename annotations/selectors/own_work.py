"""Whose labels a label set holds: nobody accepts what they read themselves, or helped to read."""

from collections.abc import Iterator

from django.db.models import QuerySet

from accounts.models import User
from annotations.models import LabelSet
from annotations.selectors.agreement import MERGED, TIGHTENED
from annotations.selectors.set_kinds import is_adjudication
from annotations.states import LabelSetState


def is_own_work(label_set: LabelSet, by: User) -> bool:
    """Whether these labels, or those that they were made from, are or may be this person's.

    An imported label set names no author: it may hold what somebody who read its image here took out as a
    file before.
    """
    sets = list(_made_of(label_set))
    if by.pk in {one.author_id for one in sets}:
        return True
    imported = any(one.author_id is None and not one.source.startswith((MERGED, TIGHTENED)) for one in sets)
    return imported and readings_by(by).filter(image=label_set.image_id).exists()


def people_behind(label_set: LabelSet) -> set[int]:
    """The ids of the people whose readings these labels are, or were made from."""
    return {one.author_id for one in _made_of(label_set) if one.author_id is not None}


def readings_by(user: User) -> QuerySet[LabelSet]:
    """This person's readings that were handed in, now or before they came back."""
    readings = LabelSet.objects.filter(is_independent=True, author=user)
    return readings.exclude(state=LabelSetState.DRAFT)


def _made_of(label_set: LabelSet) -> Iterator[LabelSet]:
    """The label set and all that it was merged, tightened or adjudicated from."""
    yield label_set
    source, earlier = str(label_set.source), []
    if source.startswith((MERGED, TIGHTENED)):
        earlier = source.partition(":")[2].split("+")
    elif is_adjudication(source):
        begun = label_set.revisions.filter(number=1).values_list("reading", flat=True).first() or {}
        earlier = list(begun.get("adjudicates", {}))
    for one in LabelSet.objects.filter(pk__in=earlier):
        yield from _made_of(one)
