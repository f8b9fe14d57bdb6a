"""Images that two people read: which a person may see, how many stand where, and who may settle them."""

from collections.abc import Iterable
from itertools import combinations

from django.db.models import Count, IntegerChoices, Q, QuerySet, TextChoices
from django.utils import timezone

from accounts.models import User
from annotations.models import DoubleReading, FundusImage, LabelSet, Project
from annotations.selectors.agreement import UNANSWERED, PairKind, ReadingPair
from annotations.selectors.repeats import HANDED_IN
from annotations.selectors.set_kinds import READING, reading_source
from annotations.selectors.visibility import label_sets_for
from annotations.states import (
    ADJUDICATION,
    DoubleReadingState,
    DrStatus,
    Gradability,
    IcdrGrade,
    LabelSetState,
    MacularEdema,
)
from core.actions import Action
from core.one_person import one_person_site

VOCABULARIES: dict[str, type[TextChoices | IntegerChoices]] = {
    "dr_status": DrStatus,
    "icdr_grade": IcdrGrade,
    "macular_edema": MacularEdema,
    "gradability": Gradability,
}
FIRST_READING = Q(source__startswith=READING, reading_no=1)


def double_readings_for(user: User) -> QuerySet[DoubleReading]:
    """Those whose two readings this person may see, for people who judge labels: nobody is unmasked by it."""
    if not user.can(Action.JUDGE_LABELS):
        return DoubleReading.objects.none()
    seen = label_sets_for(user).values("pk")
    return DoubleReading.objects.filter(first__in=seen, second__in=seen).select_related(
        "image__exam__patient", "first__author", "second__author", "claimed_by", "settled__author"
    )


def state_counts(rows: QuerySet[DoubleReading]) -> dict[str, int]:
    """How many of these images stand where; `changed_since`: settled, and a reading has changed since."""
    counted = dict(rows.order_by().values_list("state").annotate(rows=Count("pk")))
    return {
        **dict.fromkeys(DoubleReadingState.values, 0),
        **counted,
        "changed_since": rows.filter(changed_since=True).count(),
    }


def is_first_reading(label_set: LabelSet) -> bool:
    """Whether it is a person's first reading of an image, made without any other in view."""
    return label_set.source == reading_source(label_set.author_id) and label_set.reading_no == 1


def first_readings_of(image: FundusImage) -> QuerySet[LabelSet]:
    """People's handed-in first readings of an image, oldest first: what is compared."""
    readings = LabelSet.objects.filter(FIRST_READING, image=image, state__in=HANDED_IN)
    return readings.select_related("author", "image").order_by("pk")


def read_twice(project: Project) -> QuerySet[FundusImage]:
    """Images of a project that two people handed a first reading in of."""
    first = LabelSet.objects.filter(FIRST_READING, project=project, state__in=HANDED_IN).order_by()
    twice = first.values("image").annotate(people=Count("author")).filter(people__gte=2)
    return FundusImage.objects.filter(pk__in=twice.values("image"))


def pairs_among(readings: Iterable[LabelSet]) -> list[ReadingPair]:
    """Every two of an image's first readings."""
    return [
        ReadingPair(kind=PairKind.BETWEEN, first=first, second=second)
        for first, second in combinations(readings, 2)
    ]


def different_answers(first: LabelSet, second: LabelSet) -> list[dict[str, str]]:
    """The questions that both answered, and not alike, with their answers in words.

    An image that only one calls ungradable is read by the other: gradable, said or not.
    """
    found = []
    for name in VOCABULARIES:
        a, b = getattr(first, name), getattr(second, name)
        if name == "gradability":
            a, b = a or _as_read(first), b or _as_read(second)
        if a in UNANSWERED or b in UNANSWERED or a == b:
            continue
        vocabulary = VOCABULARIES[name]
        found.append({"code": name, "first": str(vocabulary(a).label), "second": str(vocabulary(b).label)})
    return found


def is_one_of_the_readers(user: User, case: DoubleReading) -> bool:
    """Whether the person reads this image, so that somebody else settles it."""
    if one_person_site():
        return False
    reads = Q(assignments__user=user) | Q(pk__in=_own_readings(user).values("image"))
    return FundusImage.objects.filter(reads, pk=case.image_id).exists()


def claim_of(case: DoubleReading) -> User | None:
    """Who has the case now; a claim that ended is nobody's."""
    ended = case.claimed_until is None or case.claimed_until <= timezone.now()
    return None if ended else case.claimed_by


def draft_of(case: DoubleReading, user: User) -> LabelSet | None:
    """The adjudication that this person has begun and not finished."""
    drafts = adjudications_of(case).filter(author=user, state=LabelSetState.DRAFT)
    return drafts.order_by("-pk").first()


def adjudications_of(case: DoubleReading) -> QuerySet[LabelSet]:
    """All label sets that were made to settle a case, drafts too."""
    return LabelSet.objects.filter(image=case.image_id, source=f"{ADJUDICATION}{case.pk}")


def _own_readings(user: User) -> QuerySet[LabelSet]:
    return LabelSet.objects.filter(source=reading_source(user.pk))


def _as_read(label_set: LabelSet) -> str:
    return Gradability.GRADABLE if label_set.dr_status != DrStatus.NOT_READ else ""
