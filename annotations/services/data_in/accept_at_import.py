"""Labels that an import accepts, on the word of who brings them in; but never what may be their own."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from annotations.models import LabelSet
from annotations.selectors.own_work import readings_by
from annotations.states import LabelSetState
from core.one_person import one_person_site

OWN_LABELS_WAIT = (
    "You read this image yourself, so these labels may be your own: somebody else has to accept them."
)


def accept_imported(*, waiting: QuerySet[LabelSet], by: User | None) -> int:
    """Accept imported label sets that wait; gives how many. Call it in a transaction and tell the audit log.

    Those of images that this person read wait on, except on a site set to one-person operation, which is
    noted on them.
    """
    waiting = LabelSet.objects.filter(pk__in=waiting.values("pk"))
    own = Q(image__in=readings_by(by).values("image")) if by else Q(pk__in=[])
    accepted = waiting.exclude(own).update(**_accepted(by))
    if one_person_site():
        accepted += waiting.filter(own).update(**_accepted(by), one_person_site=True)
    return accepted


def acceptance(*, image_id: int, by: User | None) -> dict[str, Any]:
    """The state of one label set that an import accepts, and who decided it: fields of its row."""
    own = by is not None and readings_by(by).filter(image=image_id).exists()
    if own and not one_person_site():
        return {"state": LabelSetState.SUBMITTED}
    return {**_accepted(by), "one_person_site": own}


def _accepted(by: User | None) -> dict[str, Any]:
    return {"state": LabelSetState.ACCEPTED, "decided_at": timezone.now(), "decided_by": by}
