"""Which readings of an image can be compared, and by whom: those handed in, for people who judge labels."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from django.db.models import Count, F, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from annotations.models import Agreement, LabelSet, Project
from annotations.selectors.repeats import HANDED_IN
from annotations.selectors.set_kinds import independent_readings
from annotations.selectors.visibility import label_sets_for

ANSWERS = ("dr_status", "icdr_grade", "macular_edema", "gradability")
UNANSWERED = (None, "")
COMPARED = (
    *("image", "reading_no", "revision", "submitted_at"),
    *("classes_looked_for", "dr_status", "icdr_grade"),
)  # what the figures over many pairs need to know of a label set
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


def comparable_sets(user: User) -> QuerySet[LabelSet]:
    """Handed-in readings of people, as far as this person may see them."""
    readings = label_sets_for(user).filter(independent_readings(), author__isnull=False, state__in=HANDED_IN)
    return readings.order_by("image_id", "pk")


def compared_sets(user: User, project: Project) -> QuerySet[LabelSet]:
    """The comparable sets of images that were read more than once: `COMPARED`, and their authors' names.

    Which images these are is asked without regard to the person, whose own sets are then few to look at.
    """
    handed_in = LabelSet.objects.filter(
        independent_readings(), image__project=project, author__isnull=False, state__in=HANDED_IN
    )
    read = handed_in.order_by().values("image").annotate(readings=Count("pk"))
    images = read.filter(readings__gt=1).values("image")
    sets = comparable_sets(user).filter(image__in=images).select_related(None).select_related("author")
    return sets.only("author__username", *COMPARED)


def merged_sets(user: User) -> QuerySet[LabelSet]:
    """Merged label sets that this person may see."""
    return label_sets_for(user).filter(source__startswith=MERGED).order_by("pk")


def authors_behind(label_set: LabelSet) -> set[int]:
    """The ids of the people whose readings these labels are, or were merged or tightened from."""
    if label_set.author_id is not None:
        return {label_set.author_id}
    source = str(label_set.source)
    if not source.startswith((MERGED, TIGHTENED)):
        return set()
    made_of = LabelSet.objects.filter(pk__in=source.partition(":")[2].split("+"))
    return {author for one in made_of for author in authors_behind(one)}


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
    sets = comparable_sets(user).filter(image__project=project).order_by().values("pk")
    return (
        current_agreements(project)
        .filter(first__in=sets, second__in=sets)
        .select_related("image__exam__patient", "first__author", "second__author")
        .order_by("-dr_differs", Coalesce("mean_f1", 2.0), "pk")
    )


def current_agreements(project: Project) -> QuerySet[Agreement]:
    """Figures of a project that are up to date, whoever may see them."""
    return Agreement.objects.filter(
        image__project=project, first_revision=F("first__revision"), second_revision=F("second__revision")
    )


def agreements_by_pair(project: Project) -> dict[tuple[int, int], Agreement]:
    """Up-to-date figures by the two sets' ids; for pairs that the person may see (`compared_sets`) only."""
    kept = current_agreements(project).order_by().only("first", "second", "mean_dice", "mean_f1", "figures")
    return {(one.first_id, one.second_id): one for one in kept}


def _kind(first: LabelSet, second: LabelSet) -> PairKind | None:
    if first.author_id == second.author_id:
        return PairKind.WITHIN
    return PairKind.BETWEEN if first.reading_no == second.reading_no == 1 else None
