"""Shapes of the figures about models."""

from typing import Any

from rest_framework import serializers

from inference.scores import Score
from inference.states import ModelState, ModelTask, ReferenceSource
from review.models import ModelAlarm
from review.states import AlarmKind, AlarmState, Standing

MOST_WEEKS = 104


class WatchQuery(serializers.Serializer[Any]):
    """Over how many weeks, the running one included."""

    weeks = serializers.IntegerField(min_value=1, max_value=MOST_WEEKS, required=False)


class WatchListQuery(WatchQuery):
    """Which models."""

    project = serializers.IntegerField(required=False)


class AlarmsQuery(serializers.Serializer[Any]):
    """Which alarms."""

    project = serializers.IntegerField(required=False)
    model = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")
    state = serializers.ChoiceField(choices=AlarmState.choices, required=False, default=AlarmState.OPEN)


class AcknowledgeInput(serializers.Serializer[Any]):
    """What the alarm comes from, or what is done about it."""

    reason = serializers.CharField(max_length=2000)


class ShareOutput(serializers.Serializer[Any]):
    """`count` of `of`, with a 95 % interval; null where `of` is 0."""

    count = serializers.IntegerField()
    of = serializers.IntegerField()
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class DecisionFiguresOutput(serializers.Serializer[Any]):
    """How reviewers decided where models had decided before."""

    overrides = ShareOutput(help_text="images decided otherwise than the models had")
    patient_overrides = ShareOutput(help_text="patients decided otherwise than the rules proposed")
    agreement = ShareOutput(help_text="images of which this model and the signature say DR or no DR alike")
    asked = serializers.IntegerField(help_text="images whose models asked for a person")


class FindingFiguresOutput(serializers.Serializer[Any]):
    """What reviewers said of findings."""

    accepted = serializers.IntegerField()
    edited = serializers.IntegerField()
    rejected = serializers.IntegerField()
    missed = serializers.IntegerField(help_text="lesions that reviewers added")
    kept = ShareOutput(help_text="findings that were not rejected")
    overlooked = ShareOutput(help_text="added lesions, of all there are in the end")


class PlaceFiguresOutput(serializers.Serializer[Any]):
    """Figures of one site or camera; an empty name: not known."""

    name = serializers.CharField(allow_blank=True)
    decisions = DecisionFiguresOutput()
    findings = FindingFiguresOutput()


class WeekFiguresOutput(serializers.Serializer[Any]):
    """Figures of one week, named by its Monday."""

    week = serializers.DateField()
    decisions = DecisionFiguresOutput()
    findings = FindingFiguresOutput()


class ClassFiguresOutput(FindingFiguresOutput):
    """Figures of one lesion class."""

    code = serializers.CharField()


class ClassWeekOutput(ClassFiguresOutput):
    """Figures of one lesion class in one week."""

    week = serializers.DateField()


class BinOutput(serializers.Serializer[Any]):
    """Shares of images with a score from `begins` (to `ends`; null: no end)."""

    begins = serializers.FloatField()
    ends = serializers.FloatField(allow_null=True)
    reference = serializers.FloatField()
    seen = serializers.FloatField()


class ScoreWeekOutput(serializers.Serializer[Any]):
    """The index of one week that has enough images."""

    week = serializers.DateField()
    images = serializers.IntegerField()
    psi = serializers.FloatField()


class ScoreOutput(serializers.Serializer[Any]):
    """How far one score is from its reference."""

    code = serializers.CharField()
    title = serializers.CharField()
    is_probability = serializers.BooleanField(help_text="else an area in % of the field of view")
    psi = serializers.FloatField(allow_null=True)
    chance = serializers.FloatField(
        allow_null=True, help_text="the index that chance alone reaches once in a hundred times"
    )
    images = serializers.IntegerField()
    reference = serializers.ChoiceField(choices=ReferenceSource.choices)
    reference_title = serializers.CharField()
    reference_images = serializers.IntegerField()
    standing = serializers.ChoiceField(choices=Standing.choices)


class ScoreDetailOutput(ScoreOutput):
    """The same with its bins, and week by week."""

    bins = BinOutput(many=True)
    weeks = ScoreWeekOutput(many=True)


class WatchedModelOutput(serializers.Serializer[Any]):
    """A model version and its figures over the weeks asked for."""

    id = serializers.CharField()
    project = serializers.IntegerField()
    task = serializers.ChoiceField(choices=ModelTask.choices)
    preset = serializers.CharField(allow_blank=True)
    title = serializers.CharField()
    name = serializers.CharField(help_text="the title with the day it was added")
    state = serializers.ChoiceField(choices=ModelState.choices)
    created_at = serializers.DateTimeField()
    since = serializers.DateField(help_text="the Monday from which on the figures count")
    decisions = DecisionFiguresOutput()
    findings = FindingFiguresOutput()
    standing = serializers.ChoiceField(choices=Standing.choices)
    worst_score = ScoreOutput(allow_null=True)


class LimitsOutput(serializers.Serializer[Any]):
    """What this site calls too much."""

    weeks = serializers.IntegerField()
    overrides = serializers.FloatField()
    fewest_decisions = serializers.IntegerField()
    psi = serializers.FloatField()
    psi_drift = serializers.FloatField()
    fewest_images = serializers.IntegerField()


class WatchedModelDetailOutput(WatchedModelOutput):
    """Everything about one model version."""

    champion_since = serializers.DateTimeField(allow_null=True, help_text="null when it is not the champion")
    scores = ScoreDetailOutput(many=True)
    weeks = WeekFiguresOutput(many=True)
    classes = ClassFiguresOutput(many=True)
    class_weeks = ClassWeekOutput(many=True)
    sites = PlaceFiguresOutput(many=True)
    cameras = PlaceFiguresOutput(many=True)
    limits = LimitsOutput()
    one_person_site = serializers.BooleanField()


class ModelAlarmOutput(serializers.ModelSerializer[ModelAlarm]):
    """An alarm about a model."""

    kind = serializers.ChoiceField(choices=AlarmKind.choices)
    task = serializers.ChoiceField(choices=ModelTask.choices, source="model.task")
    project = serializers.IntegerField(source="model.project_id")
    model_name = serializers.CharField(source="model.name", read_only=True)
    score_title = serializers.SerializerMethodField()
    acknowledged_by = serializers.CharField(source="acknowledged_by.username", default=None, allow_null=True)

    class Meta:
        model = ModelAlarm
        fields = [
            "id",
            "model",
            "model_name",
            "task",
            "project",
            "kind",
            "score",
            "score_title",
            "value",
            "low",
            "limit",
            "of",
            "raised_at",
            "acknowledged_at",
            "acknowledged_by",
            "reason",
            "ended_at",
        ]

    def get_score_title(self, alarm: ModelAlarm) -> str:
        """Which score drifts, in words; empty for alarms about overrides."""
        return Score(alarm.score).title if alarm.score else ""
