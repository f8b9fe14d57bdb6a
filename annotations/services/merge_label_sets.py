"""One label set out of two readings of an image, for a reviewer to accept or not."""

import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from annotations.models import LabelSet, Region, Revision
from annotations.selectors.agreement import ANSWERS, MERGED, UNANSWERED
from annotations.selectors.own_work import people_behind
from annotations.selectors.repeats import HANDED_IN
from annotations.services.agreement import ClassAgreement, compare_classes
from annotations.services.label_errors import WrongState
from annotations.states import LabelSetState, ShapeKind
from core.actions import Action
from core.errors import Invalid, NotPermitted
from core.services import audit

TITLES = {
    "dr_status": "DR status",
    "icdr_grade": "ICDR grade",
    "macular_edema": "macular edema",
    "gradability": "gradability",
}
EXACTNESS = (ShapeKind.RECT, ShapeKind.CIRCLE, ShapeKind.ELLIPSE, ShapeKind.POLYGON)


class NotMergeable(Invalid):
    """These two label sets are not two readings of one image."""

    code = "not_mergeable"


@dataclass(frozen=True, slots=True)
class KeptRegion:
    """A region to be copied into a label set, and the origin that it has there: whose it was."""

    region: Region
    origin: str


@transaction.atomic
def merge_label_sets(*, first: LabelSet, second: LabelSet, by: User) -> tuple[LabelSet, bool]:
    """Make a submitted label set without an author out of two handed-in readings; and whether it is new.

    Lesions that both drew (imaging.agreement says when) become one, in the shape of the one who outlined more
    exactly: a polygon before an ellipse, circle or rectangle, else the first reader's. An outline that a
    person drew is kept as it is: a union would grow with every merge. Lesions of one reader are kept. Answers
    that agree are taken; the others stay empty and the comment names them. The same two revisions give the
    same label set again; newer ones a further one. Raises NotPermitted, NotMergeable, WrongState.
    """
    if not by.can(Action.JUDGE_LABELS):
        raise NotPermitted("Your roles do not include judging labels.", remedy="Ask a reviewer.")
    first, second = _locked(first, second)
    source = f"{MERGED}{first.pk}+{second.pk}"
    made_of = {str(first.pk): first.revision, str(second.pk): second.revision}
    earlier = LabelSet.objects.filter(image=first.image, source=source).order_by("-reading_no")
    latest = earlier.first()
    if latest and latest.revisions.filter(reading__merged=made_of).exists():
        return latest, False
    merged = _merged(first, second, source=source, number=latest.reading_no + 1 if latest else 1)
    try:
        with transaction.atomic():
            merged.save()
    except IntegrityError:  # somebody else merged them a moment ago
        return earlier[0], False
    kept = kept_regions(first, second)
    Region.objects.bulk_create(copy_of(one, merged) for one in kept)
    Revision.objects.create(
        label_set=merged,
        number=1,
        change_id=uuid.uuid4(),
        author=by,
        added=len(kept),
        reading={"merged": made_of},
    )
    audit.record(actor=by, action="labels.merge", obj=merged, after={"merged": made_of, "regions": len(kept)})
    return merged, True


def _locked(first: LabelSet, second: LabelSet) -> tuple[LabelSet, LabelSet]:
    """Both readings as they are now, the earlier first; nobody changes them until the merge is written."""
    _check(first, second)
    both = LabelSet.objects.select_for_update().filter(pk__in=(first.pk, second.pk)).order_by("pk")
    first, second = both
    _check(first, second)
    return first, second


def _merged(first: LabelSet, second: LabelSet, *, source: str, number: int) -> LabelSet:
    looked_for = {*first.classes_looked_for, *second.classes_looked_for}
    return LabelSet(
        image=first.image,
        source=source,
        source_title=f"Merged: {_name(first)} and {_name(second)}",
        reading_no=number,
        state=LabelSetState.SUBMITTED,
        submitted_at=timezone.now(),
        revision=1,
        classes_looked_for=sorted(looked_for),
        landmarks={**second.landmarks, **first.landmarks},
        pins=[*first.pins, *second.pins],
        comment=_differences(first, second),
        **{name: getattr(first, name) for name in ANSWERS if agree_on(first, second, name)},
    )


def _check(first: LabelSet, second: LabelSet) -> None:
    if first.pk == second.pk or first.image_id != second.image_id:
        raise NotMergeable("Merging takes two readings of the same image.", remedy="Choose two of its sets.")
    if first.source.startswith(MERGED) or second.source.startswith(MERGED):
        raise NotMergeable("A merged set can't be merged again.", remedy="Choose two people's readings.")
    if people_behind(first) & people_behind(second):
        raise NotMergeable(
            "Both readings are the same person's.", remedy="Choose the readings of two different people."
        )
    if {first.state, second.state} - set(HANDED_IN):
        raise WrongState(
            "Both readings must be handed in before they are merged.", remedy="Wait for the other reader."
        )


def kept_regions(first: LabelSet, second: LabelSet) -> list[KeptRegion]:
    """Matched lesions once, the others of both; classes that only one looked for as that one drew them."""
    compared = compare_classes(first, second)
    kept = [region for agreement in compared for region in _of_class(agreement, first, second)]
    both = {agreement.code for agreement in compared}
    for label_set in (first, second):
        alone = label_set.regions.filter(removed_in=None).exclude(lesion_class__code__in=both)
        kept += [KeptRegion(region, f"{MERGED}{label_set.pk}") for region in alone.order_by("id")]
    return kept


def _of_class(agreement: ClassAgreement, first: LabelSet, second: LabelSet) -> list[KeptRegion]:
    lesions = agreement.lesions
    kept = [
        KeptRegion(
            max(
                (agreement.first[match.first], agreement.second[match.second]),
                key=lambda region: EXACTNESS.index(ShapeKind(region.shape)),
            ),
            f"{MERGED}{first.pk}+{second.pk}",
        )
        for match in lesions.matches
    ]
    kept += [KeptRegion(agreement.first[index], f"{MERGED}{first.pk}") for index in lesions.only_first]
    return kept + [
        KeptRegion(agreement.second[index], f"{MERGED}{second.pk}") for index in lesions.only_second
    ]


def copy_of(kept: KeptRegion, label_set: LabelSet) -> Region:
    """The region as the first revision of another label set has it; not saved."""
    region = kept.region
    return Region(
        label_set=label_set,
        lesion_class_id=region.lesion_class_id,
        shape=region.shape,
        geometry=region.geometry,
        attributes=region.attributes,
        origin=kept.origin,
        created_in=1,
    )


def agree_on(first: LabelSet, second: LabelSet, name: str) -> bool:
    """Whether both gave this answer, and the same one."""
    return getattr(first, name) == getattr(second, name) and getattr(first, name) not in UNANSWERED


def _differences(first: LabelSet, second: LabelSet) -> str:
    """What the readers do not agree on, in words; empty when nothing."""
    different = [
        f"{TITLES[name]}: {_answer(first, name)} / {_answer(second, name)}"
        for name in ANSWERS
        if getattr(first, name) != getattr(second, name)
    ]
    return f"{_name(first)} / {_name(second)} differ. {'; '.join(different)}." if different else ""


def _answer(label_set: LabelSet, name: str) -> str:
    if getattr(label_set, name) in UNANSWERED:
        return "no answer"
    return str(getattr(label_set, f"get_{name}_display")())


def _name(label_set: LabelSet) -> str:
    return label_set.author.get_username() if label_set.author else label_set.source_title
