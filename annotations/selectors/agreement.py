"""Which readings of an image can be compared, and by whom: those handed in, for people who judge labels."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from annotations.models import Agreement, LabelSet, Project
from annotations.selectors.repeats import HANDED_IN, repeats_due
from annotations.selectors.visibility import images_still_to_read, label_sets_for, may_open_image
from core.actions import Action

ANSWERS = ("dr_status", "icdr_grade", "macular_edema", "gradability")
UNANSWERED = (None, "")
MERGED = "merged:"
TIGHTENED = "tightened:"


class PairKind(StrEnum):
    """Whose two readings are compared."""

    BETWEEN = "between"  # two people's first readings
    WITHIN = "within"  # one person's first reading and hidden repeat
    MERGED = "merged"  # a person's reading and a merged one


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPair:
    """Two label sets of one image to compare; the one opened earlier is the first."""

    kind: PairKind
    first: LabelSet
    second: LabelSet


def comparable(path: str = "") -> Q:
    """Handed-in readings of people; `path` leads to the label set ("first__"; "": the row itself)."""
    handed_in = {"is_independent": True, "author__isnull": False, "state__in": HANDED_IN}
    return Q(**{f"{path}{field}": value for field, value in handed_in.items()})


def comparable_sets(user: User) -> QuerySet[LabelSet]:
    """Handed-in readings of people, as far as this person may see them."""
    return label_sets_for(user).filter(comparable()).order_by("image_id", "pk")


def images_compared_by(user: User, *, project: str) -> Q:
    """The condition that this judge may compare the readings of a row's `image`: is not to read it now.

    `project` leads to the image's project, as kept by the row or a reading.
    """
    unread, repeats = images_still_to_read(user).order_by(), repeats_due(user)
    blind = Q(image__in=unread.values("pk")) | Q(image__in=repeats.values("image"))
    may_open = may_open_image(user, "image__", project=project)
    return may_open & ~blind if user.can(Action.JUDGE_LABELS) else Q(pk__in=[])


def merged_sets(user: User) -> QuerySet[LabelSet]:
    """Merged label sets that this person may see."""
    return label_sets_for(user).filter(source__startswith=MERGED).order_by("pk")


def reading_pairs(label_sets: Iterable[LabelSet]) -> list[ReadingPair]:
    """All pairs of readings of the same image: two people's first ones, or one person's first and repeat."""
    by_image: dict[int, list[LabelSet]] = defaultdict(list)
    for one in label_sets:
        by_image[one.image_id].append(one)
    return [
        ReadingPair(kind=kind, first=first, second=second)
        for sets in by_image.values()
        for first, second in combinations(sorted(sets, key=lambda one: one.pk), 2)
        if (kind := _kind(first, second)) is not None
    ]


def agreements_for(user: User, project: Project) -> QuerySet[Agreement]:
    """Figures of pairs that this person may compare, worst first: other DR status, then few lesions alike.

    Only those that are up to date; services.agreement reckons them.
    """
    return (
        kept_agreements(user, project)
        .select_related("image__exam__patient", "first__author", "second__author")
        .order_by("-dr_differs", Coalesce("mean_f1", 2.0), "pk")
    )


def kept_agreements(user: User, project: Project) -> QuerySet[Agreement]:
    """The figures that are up to date, of the pairs of a project that this judge may compare."""
    return Agreement.objects.filter(
        comparable("first__"),
        comparable("second__"),
        images_compared_by(user, project="first__project"),
        first__project=project,
        first__image=F("image"),  # as it is by itself: told so, a database goes by images
        second__image=F("image"),
        first_revision=F("first__revision"),
        second_revision=F("second__revision"),
    )


def _kind(first: LabelSet, second: LabelSet) -> PairKind | None:
    if first.author_id == second.author_id:
        return PairKind.WITHIN
    return PairKind.BETWEEN if first.reading_no == second.reading_no == 1 else None
