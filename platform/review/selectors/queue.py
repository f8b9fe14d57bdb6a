"""The review queue of a project: patients in the order in which they deserve eyes.

Ranking looks at every image once, by a constant number of queries; it is kept until something it rests on
changes, which each request asks in one query per table.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Exists, Max, Min, OuterRef
from django.utils import timezone

from accounts.models import User
from annotations.models import Exam, FundusImage, LabelSet, Project, QualityJudgement
from annotations.selectors import images_still_to_read
from annotations.states import DrStatus, LabelSetState, QualityGrade
from core.actions import Action
from inference.models import ImageDecision, ModelVersion
from inference.states import DecisionOutcome, ModelState
from review.models import Claim, Review, ReviewedImage
from review.queue_rules import ImageFacts, Place, place_of
from review.states import QueueEye, QueueState, ReviewState, Why

KEPT_SECONDS = 3_600
SAYS_DR = {DrStatus.DR: True, DrStatus.NO_DR: False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """One patient in the queue; `signed`: every image is judged in a signed review that stands.

    `exam_date`: of the newest exam; None where no exam has a date.
    """

    patient: int
    place: Place
    sites: tuple[str, ...]
    cameras: tuple[str, ...]
    exam_date: date | None
    signed: bool


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

    def holds(self, row: Ranked) -> bool:
        """Whether a patient is among those asked for, whatever the state."""
        place = row.place
        if self.eye:
            side = "" if self.eye == QueueEye.UNKNOWN else self.eye
            reasons = {why for eye, why in place.of_eyes if eye == side}
        else:
            reasons = set(place.whys)
        if (self.why and self.why not in reasons) or (self.eye and not reasons):
            return False
        if self.since or self.until:
            day = row.exam_date
            if day is None or not (self.since or date.min) <= day <= (self.until or date.max):
                return False
        return self.site in ("", *row.sites) and self.camera in ("", *row.cameras)


@dataclass(slots=True)
class _Patient:
    images: list[ImageFacts] = field(default_factory=list)
    signed: bool = True
    dates: set[date] = field(default_factory=set)
    sites: set[str] = field(default_factory=set)
    cameras: set[str] = field(default_factory=set)


def queue_of(project: Project, *, seen_by: User, asked: QueueFilter) -> list[Ranked]:
    """The patients asked for, those that deserve eyes first before others."""
    rows = patients_to_review(project, seen_by=seen_by)
    if asked.state == QueueState.MINE:
        live = Claim.objects.filter(reviewer=seen_by, expires_at__gt=timezone.now())
        mine = set(live.values_list("patient", flat=True))
        rows = [row for row in rows if row.patient in mine]
    else:
        rows = [row for row in rows if row.signed == (asked.state == QueueState.SIGNED)]
    return [row for row in rows if asked.holds(row)]


def patients_to_review(project: Project, *, seen_by: User) -> list[Ranked]:
    """All ranked patients but those with an image that the person has still to read.

    A place in the queue tells what others said of an image.
    """
    rows = ranked_patients(project)
    if Action.LABEL not in seen_by.actions:  # by role, whatever the token
        return rows
    unread = images_still_to_read(seen_by).filter(project=project).order_by()
    hidden = set(unread.values_list("exam__patient", flat=True))
    return [row for row in rows if row.patient not in hidden]


def ranked_patients(project: Project) -> list[Ranked]:
    """All patients with images, ranked; from what was kept while nothing has changed since."""
    key, state = f"review-queue/{project.pk}", _state_of(project)
    kept: tuple[str, list[Ranked]] | None = cache.get(key)
    if kept is None or kept[0] != state:
        kept = state, _rank(project)
        cache.set(key, kept, KEPT_SECONDS)
    return kept[1]


def claims_of(patients: Iterable[int]) -> dict[int, Claim]:
    """Who sits on which of these patients now. One query."""
    live = Claim.objects.filter(patient__in=list(patients), expires_at__gt=timezone.now())
    return {claim.patient_id: claim for claim in live.select_related("reviewer")}


def _state_of(project: Project) -> str:
    """Changes whenever something that the ranking rests on does."""
    of_image = {"image__project": project}
    sets = LabelSet.objects.filter(**of_image)
    parts: list[Any] = [
        FundusImage.objects.filter(project=project).aggregate(Max("pk"), Count("pk")),
        Exam.objects.filter(patient__project=project).aggregate(Max("pk"), Count("pk")),
        ImageDecision.objects.filter(**of_image).aggregate(Max("pk"), Count("pk")),
        sets.filter(state=LabelSetState.ACCEPTED).aggregate(Max("pk"), Count("pk"), Max("decided_at")),
        QualityJudgement.objects.filter(**of_image).aggregate(Max("pk")),
        ModelVersion.objects.filter(project=project, state=ModelState.CHAMPION).aggregate(
            Min("pk"), Max("pk")
        ),
        Review.objects.filter(exam__patient__project=project, state=ReviewState.SIGNED).aggregate(
            Max("signature__pk"), Count("pk")
        ),
    ]
    return "/".join(str(value) for part in parts for value in part.values()).replace(" ", "_")


def _rank(project: Project) -> list[Ranked]:
    decisions, specialists = _decisions(project), _specialists(project)
    judged = QualityJudgement.objects.filter(image__project=project).order_by("pk")
    grades = dict(judged.values_list("image", "grade"))
    signed = _signed_images(project)
    patients: dict[int, _Patient] = defaultdict(_Patient)
    images = FundusImage.objects.filter(project=project).order_by("pk")
    for pk, patient, exam, day, site, camera, eye in images.values_list(
        "pk", "exam__patient", "exam", "exam__date", "exam__site", "exam__camera", "eye"
    ):
        one = patients[patient]
        if day is not None:
            one.dates.add(day)
        facts = _facts(decisions.get(pk), specialist_dr=specialists.get(pk), grade=grades.get(pk))
        one.images.append(replace(facts, exam=exam, eye=eye))
        one.signed &= (exam, pk) in signed
        one.sites.add(site)
        one.cameras.add(camera)
    ranked = [
        Ranked(
            patient=patient,
            place=place_of(one.images),
            sites=tuple(sorted(filter(None, one.sites))),
            cameras=tuple(sorted(filter(None, one.cameras))),
            exam_date=max(one.dates, default=None),
            signed=one.signed,
        )
        for patient, one in patients.items()
    ]
    return sorted(ranked, key=lambda row: (row.place.rank, row.patient))


def _signed_images(project: Project) -> set[tuple[int, int]]:
    """Exam and image, of all images that the newest signed version of an exam's review judges."""
    signed = Review.objects.filter(state=ReviewState.SIGNED)
    newer = signed.filter(exam=OuterRef("review__exam"), version__gt=OuterRef("review__version"))
    judged = ReviewedImage.objects.filter(
        ~Exists(newer), review__exam__patient__project=project, review__state=ReviewState.SIGNED
    )
    return set(judged.values_list("review__exam", "image"))


def _decisions(project: Project) -> dict[int, tuple[str, float | None, dict[str, Any]]]:
    """Per image the newest of the decisions that rest on the most champions, as current_decisions has it."""
    rows = ImageDecision.objects.filter(image__project=project).values_list(
        "image",
        "outcome",
        "dr_probability",
        "classifier__outputs",
        "classifier__model__state",
        "segmenter__model__state",
        "pk",
    )
    by_champions = sorted(rows, key=lambda row: (row[4:6].count(ModelState.CHAMPION), row[6]))
    return {row[0]: (row[1], row[2], row[3] or {}) for row in by_champions}


def _specialists(project: Project) -> dict[int, bool]:
    """Per image what the newest accepted reading says of DR, where one says it."""
    accepted = LabelSet.objects.filter(image__project=project, state=LabelSetState.ACCEPTED).exclude(
        dr_status=""
    )
    return {
        image: SAYS_DR[DrStatus(status)]
        for image, status in accepted.order_by("pk").values_list("image", "dr_status")
    }


def _facts(
    decision: tuple[str, float | None, dict[str, Any]] | None,
    *,
    specialist_dr: bool | None,
    grade: str | None,
) -> ImageFacts:
    if grade == QualityGrade.UNGRADABLE:
        return ImageFacts(outcome=DecisionOutcome.UNGRADABLE)
    if decision is None:
        return ImageFacts(outcome=DecisionOutcome.PENDING)
    outcome, probability, said = decision
    if probability is None:
        said = {}
    return ImageFacts(
        outcome=DecisionOutcome(outcome),
        probability=probability,
        threshold=said.get("dr_threshold"),
        referable_probability=said.get("referable_probability"),
        referable_threshold=said.get("referable_threshold"),
        model_dr=said.get("dr"),
        specialist_dr=specialist_dr,
    )


def reasons_count(rows: Iterable[Ranked]) -> dict[Why, int]:
    """How many patients have each reason."""
    counts = dict.fromkeys(Why, 0)
    for row in rows:
        for why in row.place.whys:
            counts[why] += 1
    return counts
