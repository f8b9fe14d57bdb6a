"""Shapes of the review queue."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from annotations.models import FundusImage, Patient
from review.models import Claim, QueuePlace
from review.selectors.queue import QueueSummary, claims_of
from review.selectors.queue_facts import reasons_in, unlined
from review.states import QueueEye, QueueState, Why


class QueueQuery(serializers.Serializer[Any]):
    """Which part of the queue; empty is all."""

    project = serializers.IntegerField()
    why = serializers.ChoiceField(choices=Why.choices, required=False, allow_blank=True, default="")
    eye = serializers.ChoiceField(
        choices=QueueEye.choices,
        required=False,
        allow_blank=True,
        default="",
        help_text="the reason, or any, is in this eye",
    )
    site = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    camera = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    since = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="of the newest exam"
    )
    until = serializers.DateField(required=False, allow_null=True, default=None)
    state = serializers.ChoiceField(
        choices=QueueState.choices,
        required=False,
        default=QueueState.OPEN,
        help_text="open: not signed; mine: claimed by me",
    )


class NextInput(QueueQuery):
    """Where to go on; `after` is given back."""

    after = serializers.IntegerField(required=False, allow_null=True, default=None)


class WhyOutput(serializers.Serializer[Any]):
    """A reason for the place in the queue."""

    code = serializers.ChoiceField(choices=Why.choices)
    message = serializers.CharField()


class ClaimOutput(serializers.Serializer[Any]):
    """Who sits on a patient."""

    reviewer = serializers.IntegerField()
    reviewer_name = serializers.CharField()
    mine = serializers.BooleanField()
    expires_at = serializers.DateTimeField()


class ClaimStateOutput(serializers.Serializer[Any]):
    """The claim of a patient; null: it is free."""

    claim = ClaimOutput(allow_null=True)


class QueueImageOutput(serializers.Serializer[Any]):
    """An image of the newest exam."""

    id = serializers.IntegerField()
    eye = serializers.CharField(allow_blank=True)


class QueueRowOutput(serializers.Serializer[Any]):
    """One patient of the queue."""

    patient = serializers.IntegerField()
    patient_code = serializers.CharField()
    whys = WhyOutput(many=True, help_text="the first decides on the place")
    probability = serializers.FloatField(help_text="the highest probability of DR in the patient's images")
    threshold = serializers.FloatField(allow_null=True, help_text="from which its model says DR")
    referable_probability = serializers.FloatField(allow_null=True, help_text="the highest of referable DR")
    referable_threshold = serializers.FloatField(allow_null=True)
    sites = serializers.ListField(child=serializers.CharField())
    cameras = serializers.ListField(child=serializers.CharField())
    exam_date = serializers.DateField(allow_null=True)
    images = QueueImageOutput(many=True)
    signed = serializers.BooleanField()
    claim = ClaimOutput(allow_null=True)


class QueueReasonOutput(WhyOutput):
    """A reason and how many open patients have it."""

    patients = serializers.IntegerField()


class QueueSummaryOutput(serializers.Serializer[QueueSummary]):
    """What the queue holds, for its filters."""

    reasons = serializers.SerializerMethodField()
    sites = serializers.ListField(child=serializers.CharField())
    cameras = serializers.ListField(child=serializers.CharField())
    open = serializers.IntegerField()
    mine = serializers.IntegerField()
    signed = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="patients whose place is about to be found anew")

    @extend_schema_field(QueueReasonOutput(many=True))
    def get_reasons(self, summary: QueueSummary) -> list[dict[str, Any]]:
        """Reasons in the order of the queue."""
        return [
            {"code": why, "message": why.label, "patients": patients}
            for why, patients in summary.reasons.items()
        ]


class NextPatientOutput(serializers.Serializer[Any]):
    """The patient that is claimed now; null: nobody is left who is free."""

    patient = serializers.IntegerField(allow_null=True)


def claim_json(claim: Claim | None, *, seen_by: User) -> dict[str, Any] | None:
    """A claim that still lasts; null without."""
    if claim is None or claim.expires_at <= timezone.now():
        return None
    return {
        "reviewer": claim.reviewer_id,
        "reviewer_name": claim.reviewer.display_name,
        "mine": claim.reviewer_id == seen_by.pk,
        "expires_at": claim.expires_at,
    }


def rows_json(places: list[QueuePlace], *, seen_by: User) -> list[dict[str, Any]]:
    """A page of the queue. Three queries, however many rows."""
    named = [place.pk for place in places]
    codes = dict(Patient.objects.filter(pk__in=named).values_list("pk", "code"))
    claims = claims_of(named)
    newest = _newest_images(named)
    return [
        {
            "patient": place.pk,
            "patient_code": codes.get(place.pk, ""),
            "whys": [{"code": why, "message": why.label} for why in reasons_in(place.whys)],
            "probability": place.probability,
            "threshold": place.threshold,
            "referable_probability": place.referable_probability,
            "referable_threshold": place.referable_threshold,
            "sites": unlined(place.sites),
            "cameras": unlined(place.cameras),
            "exam_date": place.exam_date,
            "images": [{"id": image.pk, "eye": image.eye} for image in newest.get(place.pk, [])],
            "signed": place.signed,
            "claim": claim_json(claims.get(place.pk), seen_by=seen_by),
        }
        for place in places
    ]


def _newest_images(patients: list[int]) -> dict[int, list[FundusImage]]:
    """Per patient the images of the newest exam; exams without a date count as older."""
    images = FundusImage.objects.filter(exam__patient__in=patients).select_related("exam")
    found: dict[int, list[FundusImage]] = {}
    for image in images.only("pk", "eye", "exam__date", "exam__patient_id").order_by("pk"):
        found.setdefault(image.exam.patient_id, []).append(image)
    return {patient: _of_newest_exam(some) for patient, some in found.items()}


def _of_newest_exam(images: list[FundusImage]) -> list[FundusImage]:
    def age(image: FundusImage) -> tuple[bool, Any, int]:
        return image.exam.date is not None, image.exam.date or "", image.exam_id

    newest = max(images, key=age).exam_id
    return [image for image in images if image.exam_id == newest]
