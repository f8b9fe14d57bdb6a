"""A reading's way: handed in by its author, accepted or returned by somebody else."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from annotations.models import LabelSet
from annotations.selectors.agreement import MERGED, TIGHTENED
from annotations.selectors.own_work import is_own_work
from annotations.selectors.repeats import HANDED_IN
from annotations.selectors.set_kinds import is_adjudication, is_correction
from annotations.services.double_readings import follow_reading
from annotations.services.label_errors import (
    MadeFromEarlier,
    NotReady,
    NotTheAuthor,
    OwnWork,
    StaleRevision,
    WrongState,
)
from annotations.services.label_set_checks import Finding, check_label_set
from annotations.states import LABEL_SET_MOVES, LabelSetState
from core.actions import Action
from core.errors import NotPermitted
from core.one_person import one_person_site
from core.services import audit


@transaction.atomic
def submit_label_set(*, label_set: LabelSet, by: User, base_revision: int | None = None) -> list[Finding]:
    """Hand a draft or returned reading in; gives the warnings, which never block.

    Raises NotTheAuthor, WrongState, StaleRevision, NotReady (with what must be mended).
    """
    if label_set.author_id != by.pk:
        raise NotTheAuthor("Only its author hands a reading in.", remedy="Open a reading of your own.")
    if is_correction(label_set.source):
        raise WrongState("A correction is not handed in.", remedy="Sign the review that it belongs to.")
    if is_adjudication(label_set.source):
        raise WrongState("An adjudication is not handed in.", remedy="Settle the disagreement with it.")
    label_set.refresh_from_db()
    _check_revision(label_set, base_revision)
    _check_move(label_set, LabelSetState.SUBMITTED)
    findings = check_label_set(label_set)
    if blocking := [finding for finding in findings if finding.blocks]:
        raise NotReady(
            " ".join(finding.message for finding in blocking),
            remedy="Mend this and hand it in again.",
            detail={"codes": [finding.code for finding in blocking],
                    "regions": [uuid for finding in blocking for uuid in finding.regions]},
        )  # fmt: skip
    _move(label_set, LabelSetState.SUBMITTED, by=by, fields={"submitted_at": timezone.now()})
    follow_reading(label_set=label_set)
    return findings


@transaction.atomic
def accept_label_set(
    *, label_set: LabelSet, by: User, comment: str = "", base_revision: int | None = None
) -> LabelSet:
    """Accept a submitted label set: datasets may use it.

    Raises OwnWork (unless the site is set to one-person operation, which is written down), NotPermitted,
    WrongState, StaleRevision (it is not the revision that was looked at), MadeFromEarlier (a reading that it
    was merged or tightened from has changed since).
    """
    alone = _check_judge(label_set, by)
    _check_revision(label_set, base_revision)
    _check_made_of(label_set)
    _judge(label_set, LabelSetState.ACCEPTED, by=by, alone=alone, comment=comment)
    return label_set


@transaction.atomic
def return_label_set(
    *, label_set: LabelSet, by: User, comment: str, base_revision: int | None = None
) -> LabelSet:
    """Give a submitted reading back to its author with a comment.

    Raises as `accept_label_set` does, and NotReady (no comment, or no author: it was imported or merged).
    """
    alone = _check_judge(label_set, by)
    _check_revision(label_set, base_revision)
    if not comment.strip():
        raise NotReady("Say what should be changed.", remedy="Write a comment for the author.")
    if label_set.author_id is None:
        raise NotReady(
            "An imported or merged label set has no author to return it to.",
            remedy="Leave it unaccepted; correct what it was made from and make it again.",
        )
    _judge(label_set, LabelSetState.RETURNED, by=by, alone=alone, comment=comment)
    follow_reading(label_set=label_set)
    return label_set


def _check_judge(label_set: LabelSet, by: User) -> bool:
    """Whether somebody judges their own labels, where the site allows it. Raises NotPermitted, OwnWork."""
    if not by.can(Action.JUDGE_LABELS):
        raise NotPermitted("Your roles do not include judging labels.", remedy="Ask a reviewer.")
    own = is_own_work(label_set, by)
    if own and not one_person_site():
        raise OwnWork(
            "You read this image, so these labels are or may be your own: somebody else judges them.",
            remedy="Ask another reviewer. A site with one person can set ONE_PERSON_SITE.",
        )
    return own


def _check_revision(label_set: LabelSet, base_revision: int | None) -> None:
    """Raise StaleRevision when somebody acts on a revision that is not the current one."""
    if base_revision is not None and base_revision != label_set.revision:
        raise StaleRevision(
            f"This reading is at revision {label_set.revision} now.",
            remedy="Load it again and look at the changes first.",
            detail={"current_revision": label_set.revision},
        )


def _check_made_of(label_set: LabelSet) -> None:
    """Raise MadeFromEarlier when what a set was merged or tightened from was changed or returned since."""
    if not label_set.source.startswith((MERGED, TIGHTENED)):
        return
    making = label_set.revisions.order_by("number").first()
    notes = making.reading if making else {}
    made_of = notes.get("merged") or notes.get("tightened") or {}
    readings = LabelSet.objects.select_for_update().filter(pk__in=made_of).order_by("pk")
    if any(one.revision != made_of[str(one.pk)] or one.state not in HANDED_IN for one in readings):
        raise MadeFromEarlier(
            "These labels were made from an earlier revision of a reading; merge or tighten again.",
            remedy="Merge or tighten the reading again once it is handed in, and accept what comes of that.",
        )


def _judge(label_set: LabelSet, to: LabelSetState, *, by: User, alone: bool, comment: str) -> None:
    _check_move(label_set, to)
    fields = {
        "decided_at": timezone.now(),
        "decided_by": by,
        "decision_comment": comment,
        "one_person_site": alone,
    }
    _move(label_set, to, by=by, fields=fields)


def _check_move(label_set: LabelSet, to: LabelSetState) -> None:
    if to not in LABEL_SET_MOVES[LabelSetState(label_set.state)]:
        raise _wrong_state(label_set, to)


def _move(label_set: LabelSet, to: LabelSetState, *, by: User, fields: dict[str, object]) -> None:
    """Move by one conditional UPDATE on state and revision, and tell the audit log."""
    was = label_set.state
    moved = LabelSet.objects.filter(pk=label_set.pk, state=was, revision=label_set.revision).update(
        state=to, **fields
    )
    if not moved:
        label_set.refresh_from_db()
        raise _wrong_state(label_set, to)
    audit.record(
        actor=by,
        action=f"labels.{to}",
        obj=label_set,
        before={"state": was},
        after={"state": to, "revision": label_set.revision}
        | ({"one_person_site": True} if fields.get("one_person_site") else {}),
        reason=str(fields.get("decision_comment", "")),
    )
    label_set.refresh_from_db()


def _wrong_state(label_set: LabelSet, to: LabelSetState) -> WrongState:
    return WrongState(
        f"This label set is {label_set.state}; it can't become {to}.",
        remedy="Reload the page to see where it stands.",
        detail={"state": label_set.state, "revision": label_set.revision},
    )
