"""Shapes of comparisons."""

from rest_framework import serializers

from core.api.serializers import JobOutput
from inference.api.fields import FactsField
from inference.models import ComparedImage, ModelComparison
from inference.states import Verdict


class ComparisonOutput(serializers.ModelSerializer[ModelComparison]):
    """A candidate beside a champion on the same images; without a verdict until its job has ended."""

    job = JobOutput(allow_null=True, read_only=True)
    champion = serializers.CharField(source="champion_id", read_only=True)
    champion_name = serializers.CharField(source="champion.name", read_only=True)
    champion_state = serializers.CharField(source="champion.state", read_only=True)
    verdict = serializers.ChoiceField(choices=Verdict.choices, allow_blank=True, read_only=True)
    paired = FactsField(
        read_only=True, help_text="candidate, champion, difference: {value, low, high} of `metric`"
    )
    details = FactsField(read_only=True, help_text="candidate, champion: what else to know of each")
    notes = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = ModelComparison
        fields = [
            "id",
            "candidate",
            "champion",
            "champion_name",
            "champion_state",
            "job",
            "images",
            "patients",
            "left_out",
            "metric",
            "paired",
            "margin",
            "verdict",
            "details",
            "notes",
            "created_at",
            "finished_at",
        ]
        read_only_fields = fields


class ComparedImageOutput(serializers.ModelSerializer[ComparedImage]):
    """What both models said about one image.

    Of classifiers {probability, dr} each, of segmenters {dice: class -> overlap with the labels, or null}.
    """

    patient = serializers.CharField(source="image.exam.patient.code", read_only=True)
    eye = serializers.CharField(source="image.eye", read_only=True)
    truth = FactsField(read_only=True)
    candidate = FactsField(read_only=True)
    champion = FactsField(read_only=True)

    class Meta:
        model = ComparedImage
        fields = ["id", "image", "patient", "eye", "truth", "candidate", "champion", "gap", "disagree"]
        read_only_fields = fields
