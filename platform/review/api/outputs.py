"""Shapes of reviews."""

import json
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from inference.api.prediction_outputs import ReasonOutput
from inference.decision_rules import DISCLAIMER
from inference.states import DecisionOutcome
from review.api.signed_outputs import signed_json
from review.models import Review
from review.selectors.judged import JudgedFinding, JudgedImage
from review.selectors.proposals import Proposal
from review.services.document import MEANING
from review.states import ReportKind, ReviewState, Scope, Urgency, Verdict, VerdictReason


class ReviewOutput(serializers.ModelSerializer[Review]):
    """One version of an exam's review."""

    state = serializers.ChoiceField(choices=ReviewState.choices, read_only=True)
    urgency = serializers.ChoiceField(choices=Urgency.choices, allow_blank=True, read_only=True)
    patient = serializers.IntegerField(source="exam.patient_id", read_only=True)
    patient_code = serializers.CharField(source="exam.patient.code", read_only=True)
    reviewer_name = serializers.SerializerMethodField()
    signed_at = serializers.SerializerMethodField()
    sha256 = serializers.SerializerMethodField()
    replaces_version = serializers.SerializerMethodField()
    reports = serializers.SerializerMethodField()

    class Meta:
        model = Review
        fields = [
            "id",
            "exam",
            "patient",
            "patient_code",
            "state",
            "version",
            "revision",
            "reviewer",
            "reviewer_name",
            "replaces",
            "replaces_version",
            "urgency",
            "conclusion",
            "created_at",
            "updated_at",
            "signed_at",
            "sha256",
            "reports",
        ]
        read_only_fields = fields

    def get_reviewer_name(self, review: Review) -> str:
        """Who reviews or signed."""
        return review.reviewer.display_name

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_signed_at(self, review: Review) -> Any:
        """When; null for a draft."""
        return _signed(review, "signed_at")

    def get_sha256(self, review: Review) -> str:
        """The hash that the signature binds; empty for a draft."""
        return _signed(review, "sha256") or ""

    def get_replaces_version(self, review: Review) -> int | None:
        """The version that stood before."""
        return review.replaces.version if review.replaces else None

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=ReportKind.choices)))
    def get_reports(self, review: Review) -> list[str]:
        """Reports that can be downloaded; none of a draft."""
        return list(ReportKind.values) if _is_signed(review) else []


class DrawnOutput(serializers.Serializer[Any]):
    """A lesion as it was drawn in the reading room."""

    uuid = serializers.UUIDField()
    lesion_class = serializers.CharField(source="lesion_class.code")
    shape = serializers.CharField()
    geometry = serializers.JSONField()


class JudgedFindingOutput(serializers.Serializer[JudgedFinding]):
    """One finding and the verdict on it; an empty verdict: none yet."""

    id = serializers.IntegerField(source="finding.pk")
    uuid = serializers.UUIDField()
    lesion_class = serializers.CharField(source="finding.lesion_class")
    counts_as = serializers.CharField(source="lesion_class", help_text="the class as corrected")
    labelled = serializers.BooleanField(
        help_text="whether the project labels its class; if not, it needs no verdict"
    )
    drawn = serializers.SerializerMethodField()
    confidence = serializers.FloatField(source="finding.confidence")
    area_px = serializers.IntegerField(source="finding.area_px")
    area_fov_percent = serializers.FloatField(source="finding.area_fov_percent")
    verdict = serializers.ChoiceField(choices=Verdict.choices, allow_blank=True)
    reason = serializers.SerializerMethodField()
    note = serializers.SerializerMethodField()

    @extend_schema_field(DrawnOutput(allow_null=True))
    def get_drawn(self, judged: JudgedFinding) -> Any:
        """Its outline as corrected; null where the model's stands."""
        is_edited = judged.verdict == Verdict.EDIT and judged.drawn is not None
        return DrawnOutput(judged.drawn).data if is_edited else None

    @extend_schema_field(serializers.ChoiceField(choices=VerdictReason.choices, allow_blank=True))
    def get_reason(self, judged: JudgedFinding) -> str:
        """Why it was rejected or edited."""
        return judged.said.reason if judged.said else ""

    def get_note(self, judged: JudgedFinding) -> str:
        """The reason in words."""
        return judged.said.note if judged.said else ""


class ProposalOutput(serializers.Serializer[Proposal]):
    """What the rules propose, and what stands."""

    scope = serializers.ChoiceField(choices=Scope.choices)
    image = serializers.IntegerField(allow_null=True)
    eye = serializers.CharField(allow_blank=True)
    proposed = serializers.ChoiceField(choices=DecisionOutcome.choices)
    outcome = serializers.ChoiceField(choices=DecisionOutcome.choices)
    agreed = serializers.BooleanField()
    decided = serializers.SerializerMethodField()
    settled = serializers.BooleanField()
    out_of_date = serializers.BooleanField(help_text="the rules propose something else since it was decided")
    reasons = ReasonOutput(many=True)
    reason = serializers.SerializerMethodField()

    def get_decided(self, proposal: Proposal) -> bool:
        """Whether the reviewer said something of it."""
        return proposal.made is not None

    def get_reason(self, proposal: Proposal) -> str:
        """Why the reviewer decided otherwise."""
        return proposal.made.reason if proposal.made else ""


class JudgedImageOutput(serializers.Serializer[JudgedImage]):
    """One image of a review."""

    image = serializers.IntegerField(source="image.pk")
    eye = serializers.CharField(source="image.eye", allow_blank=True)
    prediction = serializers.IntegerField(source="segmenter.pk", allow_null=True, default=None)
    classifier = serializers.IntegerField(source="classifier.pk", allow_null=True, default=None)
    correction = serializers.IntegerField(source="reviewed.correction_id", allow_null=True)
    findings = JudgedFindingOutput(many=True)
    added = DrawnOutput(many=True, help_text="lesions that no model had found")


class OpenPointOutput(serializers.Serializer[Any]):
    """What is still open before it can be signed."""

    code = serializers.CharField()
    message = serializers.CharField()
    image = serializers.IntegerField(allow_null=True)
    eye = serializers.CharField(allow_null=True, allow_blank=True)


class SignedAsOutput(serializers.Serializer[Any]):
    """Whom and which exam a signature names."""

    patient_code = serializers.CharField()
    exam_date = serializers.DateField(allow_null=True)
    site = serializers.CharField(allow_blank=True)
    camera = serializers.CharField(allow_blank=True)


class MovedImageOutput(serializers.Serializer[Any]):
    """An image of a review that belongs to another exam now."""

    image = serializers.IntegerField(source="pk")
    eye = serializers.CharField(allow_blank=True)
    patient = serializers.IntegerField(source="exam.patient_id")
    patient_code = serializers.CharField(source="exam.patient.code")
    exam_date = serializers.DateField(source="exam.date", allow_null=True)


class ReviewDetailOutput(ReviewOutput):
    """A review with everything it judges; `open` is empty when it can be signed.

    A signed version is told from the signed document, never from what became of its parts since.
    """

    editable = serializers.SerializerMethodField()
    images = serializers.SerializerMethodField()
    decisions = serializers.SerializerMethodField()
    open = serializers.SerializerMethodField()
    outdated = serializers.SerializerMethodField()
    seen = serializers.SerializerMethodField()
    signed_as = serializers.SerializerMethodField()
    moved = serializers.SerializerMethodField()
    own_labels = serializers.SerializerMethodField()
    one_person_site = serializers.SerializerMethodField()
    meaning = serializers.CharField(default=MEANING, read_only=True)
    disclaimer = serializers.CharField(default=DISCLAIMER, read_only=True)

    class Meta(ReviewOutput.Meta):
        fields = [
            *ReviewOutput.Meta.fields,
            "editable",
            "images",
            "decisions",
            "open",
            "outdated",
            "seen",
            "signed_as",
            "moved",
            "own_labels",
            "one_person_site",
            "meaning",
            "disclaimer",
        ]
        read_only_fields = fields

    def to_representation(self, review: Review) -> dict[str, Any]:
        """As the rows have it; as the signed document has it, where there is one."""
        told = super().to_representation(review)
        return {**told, **signed_json(json.loads(review.signature.document))} if _is_signed(review) else told

    def get_editable(self, review: Review) -> bool:
        """Whether the person who asks may change it."""
        return not _is_signed(review) and review.reviewer_id == self.context["request"].user.pk

    @extend_schema_field(JudgedImageOutput(many=True))
    def get_images(self, review: Review) -> Any:
        """Its images, in the order of the exam."""
        return JudgedImageOutput(self.context["images"], many=True).data

    @extend_schema_field(ProposalOutput(many=True))
    def get_decisions(self, review: Review) -> Any:
        """Images, eyes, then the patient."""
        return ProposalOutput(self.context["decisions"], many=True).data

    @extend_schema_field(OpenPointOutput(many=True))
    def get_open(self, review: Review) -> Any:
        """What stands between this draft and a signature."""
        return OpenPointOutput(self.context["problems"], many=True).data

    def get_outdated(self, review: Review) -> bool:
        """Whether newer predictions than those it judges are there."""
        return bool(self.context["outdated"])

    def get_seen(self, review: Review) -> str:
        """A hash over all that a signature would bind, to be sent with it; empty when signed."""
        return str(self.context["seen"])

    @extend_schema_field(SignedAsOutput(allow_null=True))
    def get_signed_as(self, review: Review) -> Any:
        """As whose, and as which exam, it was signed; null for a draft."""
        return None

    @extend_schema_field(MovedImageOutput(many=True))
    def get_moved(self, review: Review) -> Any:
        """Its images that belong to another exam by now, and to whose."""
        return MovedImageOutput(self.context["moved"], many=True).data

    def get_own_labels(self, review: Review) -> bool:
        """Whether the person who asks labelled one of its images, and so can't sign it."""
        return bool(self.context["own_labels"])

    def get_one_person_site(self, review: Review) -> bool:
        """Whether one person may do everything here; every report says so."""
        return bool(self.context["one_person_site"])


class CorrectionOutput(serializers.Serializer[Any]):
    """The label set to correct in the reading room."""

    label_set = serializers.IntegerField(source="pk")
    image = serializers.IntegerField(source="image_id")


def _signed(review: Review, name: str) -> Any:
    return getattr(review.signature, name) if _is_signed(review) else None


def _is_signed(review: Review) -> bool:
    return review.state == ReviewState.SIGNED
