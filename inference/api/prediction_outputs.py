"""Shapes of predictions, findings and decisions."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from inference.api.fields import PolygonField
from inference.decision_rules import DISCLAIMER
from inference.models import Finding, Prediction
from inference.services.prediction_pictures import HEATMAP
from inference.states import TOLD_OUTCOMES, ModelTask


class LesionSummaryOutput(serializers.Serializer[Any]):
    """What one class comes to in an image."""

    count = serializers.IntegerField()
    area_px = serializers.IntegerField()
    area_fov_percent = serializers.FloatField()


class PredictionOutput(serializers.ModelSerializer[Prediction]):
    """One model version's answer about one image."""

    model_state = serializers.CharField(source="model.state", read_only=True)
    model_name = serializers.CharField(source="model.name", read_only=True)
    preset = serializers.CharField(source="model.preset", read_only=True)
    lesion_finder = serializers.SerializerMethodField()
    lesion_finder_title = serializers.SerializerMethodField()
    dr = serializers.SerializerMethodField()
    dr_probability = serializers.SerializerMethodField()
    dr_threshold = serializers.SerializerMethodField()
    referable_probability = serializers.SerializerMethodField()
    referable_threshold = serializers.SerializerMethodField()
    ungradable_reason = serializers.SerializerMethodField()
    lesions = serializers.SerializerMethodField()
    classes = serializers.SerializerMethodField()
    has_heatmap = serializers.SerializerMethodField()
    heatmap_is_empty = serializers.SerializerMethodField()

    class Meta:
        model = Prediction
        fields = [
            "id",
            "image",
            "task",
            "model",
            "model_state",
            "model_name",
            "preset",
            "lesion_finder",
            "lesion_finder_title",
            "gradable",
            "ungradable_reason",
            "created_at",
            "dr",
            "dr_probability",
            "dr_threshold",
            "referable_probability",
            "referable_threshold",
            "lesions",
            "classes",
            "has_heatmap",
            "heatmap_is_empty",
        ]
        read_only_fields = fields

    def get_lesion_finder(self, prediction: Prediction) -> str | None:
        """The id of the segmenter whose findings this model read; null where it saw the picture alone."""
        needed = prediction.model.card.get("depends_on") or []
        return str(needed[0]) if needed else None

    def get_lesion_finder_title(self, prediction: Prediction) -> str:
        """What kind of model that segmenter is; empty where the card does not say."""
        return str((prediction.model.card.get("lesion_finder") or {}).get("title") or "")

    def get_dr(self, prediction: Prediction) -> bool | None:
        """Whether the probability reaches the model's threshold; null for a segmenter."""
        value: bool | None = prediction.outputs.get("dr")
        return value

    def get_dr_probability(self, prediction: Prediction) -> float | None:
        """Probability of DR, 0 to 1; null for a segmenter."""
        value: float | None = prediction.outputs.get("dr_probability")
        return value

    def get_dr_threshold(self, prediction: Prediction) -> float | None:
        """The threshold frozen into the model's card; null for a segmenter."""
        value: float | None = prediction.outputs.get("dr_threshold")
        return value

    def get_referable_probability(self, prediction: Prediction) -> float | None:
        """Probability of referable DR; null when the model does not say."""
        value: float | None = prediction.outputs.get("referable_probability")
        return value

    def get_referable_threshold(self, prediction: Prediction) -> float | None:
        """The threshold of referable DR in the model's card; null when the model does not say."""
        value: float | None = prediction.outputs.get("referable_threshold")
        return value

    def get_ungradable_reason(self, prediction: Prediction) -> str:
        """A code such as too_dark or out_of_focus; empty when gradable."""
        return str(prediction.outputs.get("ungradable_reason") or "")

    @extend_schema_field(
        {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/LesionSummaryOutput"}}
    )
    def get_lesions(self, prediction: Prediction) -> dict[str, Any]:
        """Class code -> count and area; empty for a classifier."""
        return dict(prediction.outputs.get("lesions") or {})

    def get_classes(self, prediction: Prediction) -> list[str]:
        """Class codes that have a map, in the model's order."""
        return [name for name in prediction.model.card["output"]["classes"] if name in prediction.maps]

    def get_has_heatmap(self, prediction: Prediction) -> bool:
        """Whether there is a class activation map."""
        return HEATMAP in prediction.maps

    def get_heatmap_is_empty(self, prediction: Prediction) -> bool:
        """Whether it is known that nothing in the image spoke for DR."""
        return bool(prediction.outputs.get("heatmap_is_empty"))


class FindingOutput(serializers.ModelSerializer[Finding]):
    """One predicted lesion, in pixels of the stored image."""

    polygon = PolygonField(read_only=True)
    bbox = serializers.ListField(
        child=serializers.FloatField(), read_only=True, help_text="x, y, width, height"
    )

    class Meta:
        model = Finding
        fields = ["id", "lesion_class", "polygon", "bbox", "area_px", "area_fov_percent", "confidence"]
        read_only_fields = fields


class PredictionDetailOutput(PredictionOutput):
    """A prediction with its findings, the most certain first."""

    findings = FindingOutput(many=True, read_only=True)

    class Meta(PredictionOutput.Meta):
        fields = [*PredictionOutput.Meta.fields, "findings"]
        read_only_fields = fields


class ReasonOutput(serializers.Serializer[Any]):
    """Why: a stable code and a sentence, and which eye or image it is about."""

    code = serializers.CharField()
    message = serializers.CharField()
    eye = serializers.CharField(allow_null=True, allow_blank=True)
    image = serializers.IntegerField(allow_null=True)


class DecisionModelOutput(serializers.Serializer[Any]):
    """A model version that a decision rests on."""

    id = serializers.CharField()
    task = serializers.ChoiceField(choices=ModelTask.choices)
    state = serializers.CharField()
    prediction = serializers.IntegerField()


class DecisionOutput(serializers.Serializer[Any]):
    """The decision for one image."""

    image = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=TOLD_OUTCOMES)
    dr_probability = serializers.FloatField(allow_null=True)
    dr_threshold = serializers.FloatField(allow_null=True, help_text="the probability that counts as DR")
    referable_probability = serializers.FloatField(
        allow_null=True,
        help_text="of ICDR grade 2 or more, or macular edema; null where the model does not say",
    )
    referable_threshold = serializers.FloatField(
        allow_null=True, help_text="the probability that counts as referable"
    )
    reasons = ReasonOutput(many=True)
    lesions = serializers.DictField(child=LesionSummaryOutput())
    models = DecisionModelOutput(many=True)
    by_champions = serializers.BooleanField(
        help_text="false: another than today's champions made it, so it may be out of date"
    )
    decided_at = serializers.DateTimeField(allow_null=True)
    disclaimer = serializers.CharField(default=DISCLAIMER)


class EyeDecisionOutput(serializers.Serializer[Any]):
    """The decision for one eye; `eye` is OD, OS or empty when it is not known."""

    eye = serializers.CharField(allow_blank=True)
    outcome = serializers.ChoiceField(choices=TOLD_OUTCOMES)
    probability = serializers.FloatField(allow_null=True)
    threshold = serializers.FloatField(allow_null=True)
    by_champions = serializers.BooleanField()
    reasons = ReasonOutput(many=True)


class OutdatedOutput(serializers.Serializer[Any]):
    """How many images to predict, again or for the first time."""

    images = serializers.IntegerField(help_text="decided, but not by all of today's champions")
    new = serializers.IntegerField(help_text="not decided yet")
    unreadable = serializers.IntegerField(help_text="not decided: their files could not be read")


class PatientDecisionOutput(serializers.Serializer[Any]):
    """The decision for one patient over both eyes."""

    patient = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=TOLD_OUTCOMES)
    probability = serializers.FloatField(allow_null=True)
    threshold = serializers.FloatField(allow_null=True)
    referable_probability = serializers.FloatField(
        allow_null=True, help_text="in the eye where it is most probable; null where no model says it"
    )
    referable_threshold = serializers.FloatField(allow_null=True)
    needs_human = serializers.BooleanField()
    by_champions = serializers.BooleanField()
    reasons = ReasonOutput(many=True)
    eyes = EyeDecisionOutput(many=True)
    disclaimer = serializers.CharField(default=DISCLAIMER)
