"""Shapes of reviews."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from inference.api.prediction_outputs import ReasonOutput
from inference.decision_rules import DISCLAIMER
from inference.states import DecisionOutcome
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
        return review.reviewer.get_full_name() or review.reviewer.get_username()

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
        return list(ReportKind.values) if review.state == ReviewState.SIGNED else []


class JudgedFindingOutput(serializers.Serializer[JudgedFinding]):
    """One finding and the verdict on it; an empty verdict: none yet."""

    id = serializers.IntegerField(source="finding.pk")
    uuid = serializers.UUIDField()
    lesion_class = serializers.CharField(source="finding.lesion_class")
    counts_as = serializers.CharField(source="lesion_class", help_text="the class as corrected")
    confidence = serializers.FloatField(source="finding.confidence")
    area_px = serializers.IntegerField(source="finding.area_px")
    area_fov_percent = serializers.FloatField(source="finding.area_fov_percent")
    bbox = serializers.ListField(
        source="finding.bbox", child=serializers.FloatField(), help_text="x, y, width, height"
    )
    verdict = serializers.ChoiceField(choices=Verdict.choices, allow_blank=True)
    reason = serializers.SerializerMethodField()
    note = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(choices=VerdictReason.choices, allow_blank=True))
    def get_reason(self, judged: JudgedFinding) -> str:
        """Why it was rejected or edited."""
        return judged.said.reason if judged.said else ""

    def get_note(self, judged: JudgedFinding) -> str:
        """The reason in words."""
        return judged.said.note if judged.said else ""


class AddedLesionOutput(serializers.Serializer[Any]):
    """A lesion that no model had found."""

    uuid = serializers.UUIDField()
    lesion_class = serializers.CharField(source="lesion_class.code")


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
    probability = serializers.FloatField(allow_null=True)
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
    added = AddedLesionOutput(many=True)


class OpenPointOutput(serializers.Serializer[Any]):
    """What is still open before it can be signed."""

    code = serializers.CharField()
    message = serializers.CharField()
    image = serializers.IntegerField(allow_null=True)
    eye = serializers.CharField(allow_null=True, allow_blank=True)


class ReviewDetailOutput(ReviewOutput):
    """A review with everything it judges; `open` is empty when it can be signed."""

    editable = serializers.SerializerMethodField()
    images = serializers.SerializerMethodField()
    decisions = serializers.SerializerMethodField()
    open = serializers.SerializerMethodField()
    outdated = serializers.SerializerMethodField()
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
            "own_labels",
            "one_person_site",
            "meaning",
            "disclaimer",
        ]
        read_only_fields = fields

    def get_editable(self, review: Review) -> bool:
        """Whether the person who asks may change it."""
        return review.state == ReviewState.DRAFT and review.reviewer_id == self.context["request"].user.pk

    @extend_schema_field(JudgedImageOutput(many=True))
    def get_images(self, review: Review) -> Any:
        """Its images, in the order of the exam."""
        return JudgedImageOutput(self.context["images"], many=True).data

    @extend_schema_field(ProposalOutput(many=True))
    def get_decisions(self, review: Review) -> Any:
        """Images, eyes, then the patient."""
        return ProposalOutput(self.context["proposals"].all(), many=True).data

    @extend_schema_field(OpenPointOutput(many=True))
    def get_open(self, review: Review) -> Any:
        """What stands between this draft and a signature."""
        return OpenPointOutput(self.context["problems"], many=True).data

    def get_outdated(self, review: Review) -> bool:
        """Whether newer predictions than those it judges are there."""
        return bool(self.context["outdated"])

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
    return getattr(review.signature, name) if review.state == ReviewState.SIGNED else None
