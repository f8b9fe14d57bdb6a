"""Corrections: a label set in which a reviewer mends what a model found; accepted by their signature."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from annotations.models import FundusImage, LabelSet
from annotations.services.label_errors import NotTheAuthor, WrongState
from annotations.services.label_sets import RegionChange, save_changes
from annotations.states import CORRECTION, LabelSetState
from core.services import audit


@transaction.atomic
def begin_correction(*, image: FundusImage, by: User, of: str, looked_for: Sequence[str]) -> LabelSet:
    """A new, empty draft of a correction; `of` says what is corrected: `correction:<of>` is its source."""
    label_set = LabelSet.objects.create(
        image=image,
        source=f"{CORRECTION}{of}",
        source_title=f"Correction by {by.get_username()}",
        author=by,
        classes_looked_for=sorted(looked_for),
    )
    audit.record(actor=by, action="labels.correct", obj=label_set, after={"image": image.pk, "of": of})
    return label_set


@transaction.atomic
def change_correction(*, label_set: LabelSet, by: User, changes: Sequence[RegionChange]) -> LabelSet:
    """Apply changes to a correction as it stands now. Raises as `save_changes` does."""
    label_set.refresh_from_db()
    if changes:
        save_changes(
            label_set=label_set,
            by=by,
            base_revision=label_set.revision,
            change_id=uuid4(),
            changes=changes,
        )
        label_set.refresh_from_db()
    return label_set


@transaction.atomic
def accept_correction(
    *,
    label_set: LabelSet,
    by: User,
    answers: Mapping[str, Any],
    looked_for: Sequence[str],
    signed: str,
) -> LabelSet:
    """Accept a correction by the signature that was set under its review; nobody else judges it.

    `answers`: fields of the reading, such as `dr_status`. `signed` names the signature, for people.
    Raises NotTheAuthor; WrongState, also when it was drawn on since it was read.
    """
    if label_set.author_id != by.pk:
        raise NotTheAuthor(
            "Only whoever made a correction signs it.", remedy="Make a correction of your own."
        )
    now = timezone.now()
    as_given = LabelSet.objects.filter(
        pk=label_set.pk, state=LabelSetState.DRAFT, revision=label_set.revision
    )
    moved = as_given.update(
        state=LabelSetState.ACCEPTED,
        submitted_at=now,
        decided_at=now,
        decision_comment=f"Accepted by {signed}.",
        classes_looked_for=sorted(looked_for),
        **answers,
    )
    if not moved:
        raise WrongState(
            "This correction was accepted or drawn on meanwhile.",
            remedy="Load the review again, and look at what was drawn.",
        )
    audit.record(
        actor=by,
        action=f"labels.{LabelSetState.ACCEPTED}",
        obj=label_set,
        before={"state": LabelSetState.DRAFT},
        after={"state": LabelSetState.ACCEPTED, "revision": label_set.revision, **answers},
        reason=f"Accepted by {signed}.",
    )
    label_set.refresh_from_db()
    return label_set


@transaction.atomic
def drop_correction(*, label_set: LabelSet, by: User) -> None:
    """Remove a correction that was never signed, with what was drawn in it. Raises WrongState."""
    if label_set.state != LabelSetState.DRAFT:
        raise WrongState("A signed correction stays.", remedy="Sign a new version of the review.")
    gone = {"image": label_set.image_id, "source": label_set.source, "revision": label_set.revision}
    audit.record(actor=by, action="labels.drop_correction", obj=label_set, before=gone)
    label_set.regions.all().delete()
    label_set.revisions.all().delete()
    label_set.delete()
