"""Claims: two reviewers never sit on one patient; a claim ends by itself when nobody works any more."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from annotations.models import Patient
from core.actions import Action
from core.errors import NotPermitted
from core.services import audit
from review.errors import ClaimedByAnother
from review.models import Claim

TRIED_AT_ONCE = 50  # more people than that are never first at the same moment


@transaction.atomic
def claim_patient(*, patient: Patient, by: User) -> Claim:
    """Claim a patient, or extend one's own claim. Raises ClaimedByAnother while another's lasts."""
    _check_reviewer(by)
    now = timezone.now()
    until = now + timedelta(minutes=settings.REVIEW_CLAIM_MINUTES)
    mine = Claim.objects.filter(patient=patient, reviewer=by, expires_at__gt=now)
    if mine.update(expires_at=until):
        return mine.get()  # extended: nothing that the audit log need tell again
    if not _take(patient, by, now=now, until=until):
        raise _refusal(Claim.objects.select_related("reviewer").get(patient=patient))
    claim = Claim.objects.get(patient=patient)
    audit.record(actor=by, action="review.claim", obj=patient, after={"until": until.isoformat()})
    return claim


@transaction.atomic
def release_patient(*, patient: Patient, by: User) -> None:
    """Give one's own claim back; nothing happens where there is none."""
    _check_reviewer(by)
    if Claim.objects.filter(patient=patient, reviewer=by, expires_at__gt=timezone.now()).delete()[0]:
        audit.record(actor=by, action="review.release", obj=patient)


@transaction.atomic
def release_all_claims(*, reviewer: User, by: User) -> None:
    """Give back every patient whom a person has claimed, one audit event each."""
    now = timezone.now()
    held = Claim.objects.filter(reviewer=reviewer, expires_at__gt=now).select_related("patient")
    for claim in held.order_by("patient"):
        claim.delete()
        told = {"reviewer": reviewer.get_username()}
        audit.record(actor=by, action="review.release", obj=claim.patient, before=told)


def claim_first_free(*, patients: QuerySet[Any, int], by: User) -> Claim | None:
    """Claim the first of these patients, named by id, that nobody else has; None when all are taken."""
    taken = Claim.objects.filter(expires_at__gt=timezone.now()).exclude(reviewer=by).values("patient")
    for free in patients.exclude(patient__in=taken)[:TRIED_AT_ONCE]:
        try:
            return claim_patient(patient=Patient.objects.get(pk=free), by=by)
        except ClaimedByAnother:  # somebody was first, just now
            continue
    return None


def check_not_anothers(*, patient: Patient, by: User) -> None:
    """Raise ClaimedByAnother while another person's claim of the patient lasts."""
    others = Claim.objects.filter(patient=patient, expires_at__gt=timezone.now()).exclude(reviewer=by)
    held = others.select_related("reviewer").first()
    if held is not None:
        raise _refusal(held)


def _refusal(held: Claim) -> ClaimedByAnother:
    name = held.reviewer.display_name
    return ClaimedByAnother(
        f"{name} is reviewing this patient.",
        remedy="Take the next one; this one is free again when the claim ends or is given back.",
        detail={"reviewer": name, "expires_at": held.expires_at.isoformat()},
    )


def _take(patient: Patient, by: User, *, now: datetime, until: datetime) -> bool:
    """One INSERT or one conditional UPDATE: of two at once, one wins."""
    free = Claim.objects.filter(Q(expires_at__lte=now) | Q(reviewer=by), patient=patient)
    if free.update(reviewer=by, claimed_at=now, expires_at=until):
        return True
    try:
        with transaction.atomic():
            Claim.objects.create(patient=patient, reviewer=by, claimed_at=now, expires_at=until)
    except IntegrityError:
        return False
    return True


def _check_reviewer(by: User) -> None:
    if not by.can(Action.REVIEW):
        raise NotPermitted("Your roles do not include reviewing.", remedy="Ask a reviewer.")
