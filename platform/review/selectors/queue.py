"""The review queue of a project: patients in the order in which they deserve eyes.

Places are kept in rows (review.services.queue_places), so that a page is one query, however long the queue.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, QuerySet
from django.utils import timezone

from accounts.models import User
from annotations.models import Project
from annotations.selectors import images_still_to_read
from core.actions import Action
from review.models import Claim, QueueMark, QueuePlace
from review.selectors.queue_facts import BITS, lined, reasons_in, unlined
from review.states import QueueEye, QueueState, Why

_OF_EYE = {"": "whys", QueueEye.OD: "whys_od", QueueEye.OS: "whys_os", QueueEye.UNKNOWN: "whys_unknown_eye"}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """Empty: all. `eye` (OD, OS, unknown): the reason, or any, is in this eye; dates: of the newest exam."""

    why: str = ""
    eye: str = ""
    site: str = ""
    camera: str = ""
    since: date | None = None
    until: date | None = None
    state: str = QueueState.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSummary:
    """What a queue holds. `reasons`: open patients by reason; `waiting`: whose place is yet to be found."""

    reasons: dict[Why, int]
    sites: list[str]
    cameras: list[str]
    open: int
    mine: int
    signed: int
    waiting: int


def queue_of(project: Project, *, seen_by: User, asked: QueueFilter) -> QuerySet[QueuePlace]:
    """The patients asked for, those that deserve eyes first before others."""
    places = patients_to_review(project, seen_by=seen_by)
    if asked.state == QueueState.MINE:
        places = places.filter(patient__in=_claimed_by(seen_by))
    else:
        places = places.filter(signed=asked.state == QueueState.SIGNED)
    whys = F(_OF_EYE[asked.eye])
    if asked.why:
        bit = BITS[Why(asked.why)]
        places = places.alias(has=whys.bitand(bit)).filter(has=bit)
    elif asked.eye:
        places = places.alias(any=whys).filter(any__gt=0)
    if asked.since:
        places = places.filter(exam_date__gte=asked.since)
    if asked.until:
        places = places.filter(exam_date__lte=asked.until)
    if asked.site:
        places = places.filter(sites__contains=lined([asked.site]))
    if asked.camera:
        places = places.filter(cameras__contains=lined([asked.camera]))
    return places.order_by("rank", "-probability", "patient")


def patients_to_review(project: Project, *, seen_by: User) -> QuerySet[QueuePlace]:
    """All places but those of patients with an image that the person has still to read.

    A place in the queue tells what others said of an image.
    """
    places = QueuePlace.objects.filter(project=project)
    if Action.LABEL not in seen_by.actions:  # by role, whatever the token
        return places
    unread = images_still_to_read(seen_by).filter(project=project).order_by()
    return places.exclude(patient__in=unread.values("exam__patient"))


def queue_summary(project: Project, *, seen_by: User) -> QueueSummary:
    """Counts of a project's queue. Three queries: equal places are counted together."""
    places = patients_to_review(project, seen_by=seen_by).order_by()
    reasons: Counter[Why] = Counter()
    states: Counter[bool] = Counter()
    sites: set[str] = set()
    cameras: set[str] = set()
    kinds = places.values_list("signed", "whys", "sites", "cameras").annotate(patients=Count("pk"))
    for signed, whys, some_sites, some_cameras, patients in kinds:
        states[signed] += patients
        sites.update(unlined(some_sites))
        cameras.update(unlined(some_cameras))
        if not signed:
            reasons.update(dict.fromkeys(reasons_in(whys), patients))
    waiting = QueueMark.objects.filter(patient__project=project).order_by()
    return QueueSummary(
        reasons={why: reasons[why] for why in Why},
        sites=sorted(sites),
        cameras=sorted(cameras),
        open=states[False],
        mine=places.filter(patient__in=_claimed_by(seen_by)).count(),
        signed=states[True],
        waiting=waiting.values("patient").distinct().count(),
    )


def claims_of(patients: Iterable[int]) -> dict[int, Claim]:
    """Who sits on which of these patients now. One query."""
    live = Claim.objects.filter(patient__in=list(patients), expires_at__gt=timezone.now())
    return {claim.patient_id: claim for claim in live.select_related("reviewer")}


def _claimed_by(user: User) -> QuerySet[Claim, int]:
    live = Claim.objects.filter(reviewer=user, expires_at__gt=timezone.now())
    return live.values_list("patient", flat=True)
