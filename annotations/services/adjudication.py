"""A third person settles what two readers disagree on: claims the case and makes a label set of their own.

Both readings stay as they are. Datasets then take the adjudicated set (annotations.selectors.chosen).
"""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from annotations.models import DoubleReading, LabelSet, LesionClass, Region, Revision
from annotations.selectors import regions_of
from annotations.selectors.agreement import ANSWERS, MERGED
from annotations.selectors.double_readings import (
    adjudications_of,
    claim_of,
    draft_of,
    first_readings_of,
    is_one_of_the_readers,
)
from annotations.selectors.own_work import readings_by
from annotations.selectors.repeats import HANDED_IN
from annotations.services.double_readings import Difference, gravest_difference, move_case, record
from annotations.services.label_errors import (
    CaseClaimed,
    NotReady,
    OwnWork,
    ReadingsChanged,
    StaleRevision,
    WrongState,
)
from annotations.services.label_set_checks import Finding, check_label_set
from annotations.services.merge_label_sets import KeptRegion, agree_on, copy_of, kept_regions
from annotations.states import ADJUDICATION, DoubleReadingState, LabelSetState, StartFrom
from core.actions import Action
from core.errors import NotPermitted
from core.services import audit


@transaction.atomic
def claim_case(*, case: DoubleReading, by: User) -> DoubleReading:
    """Take an open case, or keep one's own for longer.

    Raises NotPermitted, OwnWork, WrongState, CaseClaimed.
    """
    _check_adjudicator(case, by)
    now = timezone.now()
    until = now + timedelta(minutes=settings.REVIEW_CLAIM_MINUTES)
    cases = DoubleReading.objects.filter(pk=case.pk, state=DoubleReadingState.OPEN)
    kept = cases.filter(claimed_by=by, claimed_until__gt=now).update(claimed_until=until)
    free = Q(claimed_by=None) | Q(claimed_by=by) | Q(claimed_until__lte=now)
    taken = kept or cases.filter(free).update(claimed_by=by, claimed_until=until)
    case.refresh_from_db()
    if not taken:
        raise _refusal(case)
    if not kept:  # longer: nothing that the audit log need tell again
        record(case, "claim", by=by, until=until.isoformat())
    return case


@transaction.atomic
def release_case(*, case: DoubleReading, by: User) -> DoubleReading:
    """Give one's own claim back; what was drawn stays. Nothing happens where there is no claim."""
    mine = DoubleReading.objects.filter(pk=case.pk, claimed_by=by)
    if mine.update(claimed_by=None, claimed_until=None):
        record(case, "release", by=by)
    case.refresh_from_db()
    return case


@transaction.atomic
def begin_adjudication(*, case: DoubleReading, by: User, start_from: StartFrom) -> tuple[LabelSet, bool]:
    """The draft that this person settles a case with, and whether it is new; takes the case.

    Raises as `claim_case` does; WrongState to start from labels that were never made.
    """
    claim_case(case=case, by=by)
    if (there := draft_of(case, by)) is not None:
        return there, False
    latest = adjudications_of(case).order_by("-reading_no").first()
    label_set = _start(case, by, start_from, number=latest.reading_no + 1 if latest else 1)
    label_set.save()
    kept = _regions_to_start(case, start_from)
    Region.objects.bulk_create(copy_of(one, label_set) for one in kept)
    made_of = {str(one.pk): one.revision for one in (case.first, case.second)}
    Revision.objects.create(
        label_set=label_set,
        number=1,
        change_id=uuid4(),
        author=by,
        added=len(kept),
        reading={"adjudicates": made_of, "started_from": start_from.value},
    )
    after = {"image": case.image_id, "of": made_of, "start_from": start_from.value, "regions": len(kept)}
    audit.record(actor=by, action="labels.adjudicate", obj=label_set, after=after)
    return label_set, True


@transaction.atomic
def drop_adjudication(*, case: DoubleReading, by: User) -> None:
    """Remove what this person has begun and not finished; nothing happens where there is nothing."""
    draft = draft_of(case, by)
    if draft is None:
        return
    gone = {"image": draft.image_id, "source": draft.source, "revision": draft.revision}
    audit.record(actor=by, action="labels.drop_adjudication", obj=draft, before=gone)
    draft.regions.all().delete()
    draft.revisions.all().delete()
    draft.delete()


@transaction.atomic
def settle_case(
    *,
    case: DoubleReading,
    by: User,
    base_revision: int,
    first_revision: int,
    second_revision: int,
    comment: str = "",
) -> list[Finding]:
    """Accept the person's draft as the labels that settle the case; gives warnings, which never block.

    The revisions are those that were looked at: of the draft and of both readings. Raises NotPermitted,
    OwnWork, WrongState, CaseClaimed, StaleRevision, ReadingsChanged, NotReady.
    """
    _check_adjudicator(case, by)
    case = (
        DoubleReading.objects.select_for_update(of=("self",))
        .select_related("first", "second")
        .get(pk=case.pk)
    )
    if case.state != DoubleReadingState.OPEN or (claim_of(case) or by) != by:
        raise _refusal(case)
    _check_readings(case, first_revision, second_revision)
    draft = draft_of(case, by)
    if draft is None:
        raise NotReady("Nothing is drawn or answered yet.", remedy="Begin with one of the readings.")
    findings = check_label_set(draft)
    if blocking := [finding for finding in findings if finding.blocks]:
        raise NotReady(
            " ".join(finding.message for finding in blocking),
            remedy="Mend this and settle it again.",
            detail={"codes": [finding.code for finding in blocking]},
        )
    _accept(draft, by=by, base_revision=base_revision, comment=comment)
    made_of = {str(one.pk): one.revision for one in first_readings_of(case.image)}
    move_case(
        case,
        DoubleReadingState.SETTLED,
        settled=draft,
        settled_at=timezone.now(),
        made_of=made_of,
        changed_since=False,
        claimed_by=None,
        claimed_until=None,
    )
    record(case, "settle", by=by, reason=comment, label_set=draft.pk, made_of=made_of)
    return findings


def open_case(*, case: DoubleReading, by: User, reason: str) -> DoubleReading:
    """Open a settled or agreed double reading, whatever the comparison says; labels that settled it stay.

    Raises NotPermitted, OwnWork, NotReady (no reason), WrongState, also while a reading is not handed in.
    """
    least_percent = case.image.project.lesion_agreement_percent
    found = gravest_difference(list(first_readings_of(case.image)), least_percent=least_percent)
    return _open(case, found, by=by, reason=reason)


@transaction.atomic
def _open(case: DoubleReading, found: Difference | None, *, by: User, reason: str) -> DoubleReading:
    _check_adjudicator(case, by)
    if not reason.strip():
        raise NotReady("Say why it is to be settled again.", remedy="Write a reason.")
    if found is None:
        raise WrongState("A reading is with its reader.", remedy="Open it once both are handed in again.")
    move_case(
        case,
        DoubleReadingState.OPEN,
        opened_at=timezone.now(),
        first=found.first,
        second=found.second,
        first_revision=found.first.revision,
        second_revision=found.second.revision,
        reasons=[*found.reasons, {"code": "opened", "text": reason.strip()}],
        changed_since=False,
    )
    record(case, "reopen", by=by, reason=reason.strip())
    return case


def _check_adjudicator(case: DoubleReading, by: User) -> None:
    if not by.can(Action.ADJUDICATE):
        raise NotPermitted("Your roles do not include settling disagreements.", remedy="Ask a reviewer.")
    if is_one_of_the_readers(by, case):
        raise OwnWork(
            "You read this image yourself, so somebody else settles it.",
            remedy="Ask another reviewer. A site with one person can set ONE_PERSON_SITE.",
        )


def _refusal(case: DoubleReading) -> Exception:
    holder = claim_of(case)
    if case.state == DoubleReadingState.OPEN and holder is not None and case.claimed_until is not None:
        name = holder.display_name
        return CaseClaimed(
            f"{name} is settling this one.",
            remedy="Take another; this one is free again when the claim ends or is given back.",
            detail={"reviewer": name, "expires_at": case.claimed_until.isoformat()},
        )
    return WrongState(
        f"This double reading is {case.state}: there is nothing to settle.",
        remedy="Reload the page to see where it stands.",
        detail={"state": case.state},
    )


def _check_readings(case: DoubleReading, first_revision: int, second_revision: int) -> None:
    seen = ((case.first, first_revision), (case.second, second_revision))
    if any(one.revision != revision or one.state not in HANDED_IN for one, revision in seen):
        raise ReadingsChanged(
            "A reading was changed after you looked at it.",
            remedy="Load the page again and look at both readings; what you drew is kept.",
        )


def _start(case: DoubleReading, by: User, start_from: StartFrom, *, number: int) -> LabelSet:
    """The draft without regions, not saved; its author looks for what the project does or a reader did."""
    first, second = case.first, case.second
    enabled = LesionClass.objects.filter(project=case.image.project_id, enabled=True)
    one_of_them = ", one of the readers" if by.pk in (first.author_id, second.author_id) else ""
    label_set = LabelSet(
        image=case.image,
        source=f"{ADJUDICATION}{case.pk}",
        source_title=f"Adjudicated by {by.get_username()}{one_of_them}",
        author=by,
        reading_no=number,
        revision=1,
        classes_looked_for=sorted(
            {*enabled.values_list("code", flat=True), *first.classes_looked_for, *second.classes_looked_for}
        ),
    )
    if start_from == StartFrom.MERGED:
        label_set.landmarks = {**second.landmarks, **first.landmarks}
        label_set.pins = [*first.pins, *second.pins]
        for name in ANSWERS:
            if agree_on(first, second, name):
                setattr(label_set, name, getattr(first, name))
    elif start_from != StartFrom.NOTHING:
        one = _set_to_start(case, start_from)
        for name in (*ANSWERS, "ungradable_reason", "landmarks", "pins"):
            setattr(label_set, name, getattr(one, name))
    return label_set


def _regions_to_start(case: DoubleReading, start_from: StartFrom) -> list[KeptRegion]:
    if start_from == StartFrom.NOTHING:
        return []
    if start_from == StartFrom.MERGED:
        return kept_regions(case.first, case.second)
    one = _set_to_start(case, start_from)
    settled = start_from == StartFrom.SETTLED
    return [
        KeptRegion(region, region.origin if settled else f"{MERGED}{one.pk}") for region in regions_of(one)
    ]


def _set_to_start(case: DoubleReading, start_from: StartFrom) -> LabelSet:
    one = {
        StartFrom.FIRST: case.first,
        StartFrom.SECOND: case.second,
        StartFrom.SETTLED: case.settled,
    }.get(start_from)
    if one is None:
        raise WrongState("It was not settled before.", remedy="Begin with one of the readings.")
    return one


def _accept(draft: LabelSet, *, by: User, base_revision: int, comment: str) -> None:
    now = timezone.now()
    as_seen = LabelSet.objects.filter(pk=draft.pk, state=LabelSetState.DRAFT, revision=base_revision)
    drawn = set(regions_of(draft).values_list("lesion_class__code", flat=True))
    alone = readings_by(by).filter(image=draft.image_id).exists()  # only a site of one person lets them
    moved = as_seen.update(
        state=LabelSetState.ACCEPTED,
        submitted_at=now,
        decided_at=now,
        decision_comment=comment,
        one_person_site=alone,
        classes_looked_for=sorted({*draft.classes_looked_for, *drawn}),
    )
    if not moved:
        raise StaleRevision(
            f"What you drew is at revision {draft.revision} now.",
            remedy="Load it again and look at the changes first.",
            detail={"current_revision": draft.revision},
        )
    draft.refresh_from_db()
    audit.record(
        actor=by,
        action=f"labels.{LabelSetState.ACCEPTED}",
        obj=draft,
        before={"state": LabelSetState.DRAFT},
        after={"state": LabelSetState.ACCEPTED, "revision": draft.revision}
        | ({"one_person_site": True} if alone else {}),
        reason=comment,
    )
