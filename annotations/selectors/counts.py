"""Numbers and states that lists show beside their rows, in one query a page."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from accounts.models import User
from annotations.models import FundusImage, LabelSet, Project, Region
from annotations.selectors.repeats import own_not_hidden_by_repeat
from annotations.selectors.visibility import images_for, label_sets_for, patients_for
from annotations.states import LabelSetState
from core.actions import Action

NO_LABELS = ""
JUDGES_ORDER = (
    *(LabelSetState.SUBMITTED, LabelSetState.ACCEPTED),
    *(LabelSetState.RETURNED, LabelSetState.DRAFT),
)  # what a judge is told of an image with several label sets: the first of these


def with_label_state(images: QuerySet[FundusImage], user: User) -> QuerySet[FundusImage]:
    """Annotate `label_state`: the person's own reading for labellers; else what waits for a judge, or counts.

    Others' drafts come last: that somebody is at work may be told, not what they drew.

    A `LabelSetState`, or `NO_LABELS`.
    """
    if user.can(Action.LABEL):
        sets = LabelSet.objects.filter(
            own_not_hidden_by_repeat(user), is_independent=True, image=OuterRef("pk"), author=user
        ).order_by("-reading_no")
    else:
        places = [When(state=state, then=place) for place, state in enumerate(JUDGES_ORDER)]
        sets = LabelSet.objects.filter(image=OuterRef("pk")).order_by(Case(*places))
    first = Subquery(sets.values("state")[:1], output_field=CharField())
    return images.annotate(label_state=Coalesce(first, Value(NO_LABELS)))


def of_label_state(images: QuerySet[Any], user: User, state: str) -> QuerySet[Any]:
    """Those of `with_label_state` whose `label_state` is this one.

    For judges by the states themselves: a database that is asked about a case expression can't tell how
    many images to expect, and goes through all of them.
    """
    if user.can(Action.LABEL):
        own = LabelSet.objects.filter(image=OuterRef("pk"), author=user, state=state)
        there = Q() if state == NO_LABELS else Q(Exists(own))  # few to find the newest reading of
        return images.filter(there, label_state=state)
    seen = LabelSet.objects.filter(image=OuterRef("pk"))
    if state == NO_LABELS:
        return images.filter(~Exists(seen))
    before = JUDGES_ORDER[: JUDGES_ORDER.index(LabelSetState(state))]
    images = images.filter(Exists(seen.filter(state=state)))
    return images.filter(~Exists(seen.filter(state__in=before))) if before else images


def region_counts(label_sets: Iterable[LabelSet]) -> dict[int, dict[str, int]]:
    """Current regions of each label set, by its id and the class code."""
    counted = (
        Region.objects.filter(label_set__in=[one.pk for one in label_sets], removed_in=None)
        .order_by()
        .values_list("label_set_id", "lesion_class__code")
        .annotate(regions=Count("pk"))
    )
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for label_set, code, regions in counted:
        counts[label_set][code] = regions
    return counts


def project_counts(user: User, project: Project) -> dict[str, int]:
    """What the person sees of a project: patients, images, and label sets to be judged."""
    waiting = label_sets_for(user).filter(project=project, state=LabelSetState.SUBMITTED)
    return {
        "patients": patients_for(user).filter(project=project).count(),
        "images": images_for(user).filter(project=project).count(),
        "label_sets_waiting": waiting.count() if user.can(Action.JUDGE_LABELS) else 0,
    }
