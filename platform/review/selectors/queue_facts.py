"""What the place of patients in the review queue rests on, by a constant number of queries."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef

from annotations.models import FundusImage, LabelSet, QualityJudgement
from annotations.states import DrStatus, Eye, LabelSetState, QualityGrade
from inference.models import ImageDecision
from inference.selectors.decisions import image_verdict
from inference.states import DecisionOutcome, ModelState
from review.models import QueuePlace, Review, ReviewedImage
from review.queue_rules import ImageFacts, place_of
from review.states import ReviewState, Why

SAYS_DR = {DrStatus.DR: True, DrStatus.NO_DR: False}
BITS = {why: 1 << number for number, why in enumerate(Why)}


@dataclass(slots=True)
class _Patient:
    project: int
    images: list[ImageFacts] = field(default_factory=list)
    signed: bool = True
    dates: set[date] = field(default_factory=set)
    sites: set[str] = field(default_factory=set)
    cameras: set[str] = field(default_factory=set)


def places_now(patients: Collection[int]) -> list[QueuePlace]:
    """The places of these patients as they ought to be; patients without images have none. Six queries."""
    decisions, specialists = _decisions(patients), _specialists(patients)
    judged = QualityJudgement.objects.filter(image__exam__patient__in=patients).order_by("pk")
    judgements = {judgement.image_id: judgement for judgement in judged}
    decisions |= _decided_anew(decisions, judgements)
    signed = _signed_images(patients)
    found: dict[int, _Patient] = {}
    images = FundusImage.objects.filter(exam__patient__in=patients).order_by("pk")
    for pk, patient, project, exam, day, site, camera, eye in images.values_list(
        "pk", "exam__patient", "project", "exam", "exam__date", "exam__site", "exam__camera", "eye"
    ):
        one = found.setdefault(patient, _Patient(project))
        if day is not None:
            one.dates.add(day)
        grade = judgements[pk].grade if pk in judgements else None
        facts = _facts(decisions.get(pk), specialist_dr=specialists.get(pk), grade=grade)
        one.images.append(replace(facts, exam=exam, eye=eye))
        one.signed &= (exam, pk) in signed
        one.sites.add(site)
        one.cameras.add(camera)
    return [_place(patient, one) for patient, one in found.items()]


def bits_for(whys: Iterable[Why]) -> int:
    """Reasons as `QueuePlace.whys` holds them."""
    return sum(BITS[why] for why in whys)


def reasons_in(bits: int) -> list[Why]:
    """The reasons that `QueuePlace.whys` holds, the one that decides first."""
    return [why for why, bit in BITS.items() if bits & bit]


def lined(names: Iterable[str]) -> str:
    """Names as `QueuePlace.sites` and `cameras` hold them."""
    known = sorted(filter(None, names))
    return "\n".join(["", *known, ""]) if known else ""


def unlined(text: str) -> list[str]:
    """The names again."""
    return [name for name in text.split("\n") if name]


def _place(patient: int, one: _Patient) -> QueuePlace:
    place = place_of(one.images)

    def bits_of(eye: str) -> int:
        return bits_for(why for side, why in place.of_eyes if side == eye)

    return QueuePlace(
        patient_id=patient,
        project_id=one.project,
        rank=place.rank[0],
        whys=bits_for(place.whys),
        whys_od=bits_of(Eye.OD),
        whys_os=bits_of(Eye.OS),
        whys_unknown_eye=bits_of(Eye.UNKNOWN),
        probability=place.probability,
        threshold=place.threshold,
        referable_probability=place.referable_probability,
        referable_threshold=place.referable_threshold,
        exam_date=max(one.dates, default=None),
        sites=lined(one.sites),
        cameras=lined(one.cameras),
        signed=one.signed,
    )


def _signed_images(patients: Collection[int]) -> set[tuple[int, int]]:
    """Exam and image, of all images that the newest signed version of an exam's review judges."""
    signed = Review.objects.filter(state=ReviewState.SIGNED)
    newer = signed.filter(exam=OuterRef("review__exam"), version__gt=OuterRef("review__version"))
    judged = ReviewedImage.objects.filter(
        ~Exists(newer), review__exam__patient__in=patients, review__state=ReviewState.SIGNED
    )
    return set(judged.values_list("review__exam", "image"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """What was decided of an image, and what its classifier said."""

    pk: int
    outcome: str
    probability: float | None
    said: dict[str, Any]


def _decisions(patients: Collection[int]) -> dict[int, _Decided]:
    """Per image the newest of the decisions that rest on the most champions, as current_decisions has it."""
    rows = ImageDecision.objects.filter(image__exam__patient__in=patients).values_list(
        "image",
        "outcome",
        "dr_probability",
        "classifier__outputs",
        "classifier__model__state",
        "segmenter__model__state",
        "pk",
    )
    by_champions = sorted(rows, key=lambda row: (row[4:6].count(ModelState.CHAMPION), row[6]))
    return {
        row[0]: _Decided(pk=row[6], outcome=row[1], probability=row[2], said=row[3] or {})
        for row in by_champions
    }


def _decided_anew(
    decisions: Mapping[int, _Decided], judgements: Mapping[int, QualityJudgement]
) -> dict[int, _Decided]:
    """The decisions of images that a person judged to be gradable, with that word in them."""
    gradable = [image for image, one in judgements.items() if one.grade != QualityGrade.UNGRADABLE]
    chosen = [decisions[image].pk for image in gradable if image in decisions]
    anew: dict[int, _Decided] = {}
    for decision in ImageDecision.objects.filter(pk__in=chosen).select_related(
        "image", "classifier__model", "segmenter__model"
    ):
        image = decision.image_id
        verdict = image_verdict(image=decision.image, decision=decision, judgement=judgements[image])
        anew[image] = replace(
            decisions[image], outcome=verdict.outcome.value, probability=verdict.probability
        )
    return anew


def _specialists(patients: Collection[int]) -> dict[int, bool]:
    """Per image what the newest accepted reading says of DR, where one says it."""
    accepted = LabelSet.objects.filter(
        image__exam__patient__in=patients, state=LabelSetState.ACCEPTED
    ).exclude(dr_status="")
    return {
        image: SAYS_DR[DrStatus(status)]
        for image, status in accepted.order_by("pk").values_list("image", "dr_status")
    }


def _facts(
    decision: _Decided | None,
    *,
    specialist_dr: bool | None,
    grade: str | None,
) -> ImageFacts:
    if grade == QualityGrade.UNGRADABLE:
        return ImageFacts(outcome=DecisionOutcome.UNGRADABLE)
    if decision is None:
        return ImageFacts(outcome=DecisionOutcome.PENDING)
    said = decision.said if decision.probability is not None else {}
    return ImageFacts(
        outcome=DecisionOutcome(decision.outcome),
        probability=decision.probability,
        threshold=said.get("dr_threshold"),
        referable_probability=said.get("referable_probability"),
        referable_threshold=said.get("referable_threshold"),
        model_dr=said.get("dr"),
        specialist_dr=specialist_dr,
    )
