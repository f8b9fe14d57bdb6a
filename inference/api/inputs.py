"""Shapes of what inference takes."""

from typing import Any

from rest_framework import serializers

from inference.states import ModelTask

MOST_NAMED = 10_000


class TrainingRunInput(serializers.Serializer[Any]):
    """A training to start."""

    project = serializers.IntegerField()
    task = serializers.ChoiceField(choices=ModelTask.choices)
    preset = serializers.CharField(max_length=60)
    labels = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False, default=1)
    settings = serializers.DictField(required=False, default=dict, help_text="settings to change")


class SearchInput(serializers.Serializer[Any]):
    """A search to start."""

    project = serializers.IntegerField()
    task = serializers.ChoiceField(choices=ModelTask.choices)
    preset = serializers.CharField(max_length=60)
    trials = serializers.IntegerField(
        min_value=1, required=False, allow_null=True, default=None, help_text="the preset's without"
    )
    labels = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False, default=1)
    settings = serializers.DictField(
        required=False, default=dict, help_text="settings to change in all trials"
    )


class ReadinessQuery(serializers.Serializer[Any]):
    """What a training would be about."""

    project = serializers.IntegerField()
    task = serializers.ChoiceField(choices=ModelTask.choices)
    labels = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")
    preset = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")


class ReasonInput(serializers.Serializer[Any]):
    """Why a model is retired."""

    reason = serializers.CharField(max_length=2000)


class PromotionInput(serializers.Serializer[Any]):
    """Why a model is promoted; may be empty where a comparison with the champion speaks for it."""

    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class ComparedImagesQuery(serializers.Serializer[Any]):
    """Narrows the images of a comparison."""

    disagree = serializers.BooleanField(default=False, help_text="only images where the models disagree")


class PredictionInput(serializers.Serializer[Any]):
    """What to predict: the named images and patients, or all of the project."""

    project = serializers.IntegerField()
    patients = serializers.ListField(
        child=serializers.IntegerField(), required=False, allow_null=True, max_length=MOST_NAMED
    )
    images = serializers.ListField(
        child=serializers.IntegerField(), required=False, allow_null=True, max_length=MOST_NAMED
    )
    models = serializers.ListField(
        child=serializers.CharField(max_length=64),
        required=False,
        default=list,
        max_length=len(ModelTask),
        help_text="model ids; the champions where none is named",
    )
    outdated = serializers.BooleanField(
        required=False,
        default=False,
        help_text="only images whose decision does not rest on today's champions, whatever else is named",
    )
    new = serializers.BooleanField(
        required=False,
        default=False,
        help_text="only images that have no decision yet, whatever else is named",
    )


class ProjectQuery(serializers.Serializer[Any]):
    """Which project it is about."""

    project = serializers.IntegerField()


class PatientDecisionQuery(serializers.Serializer[Any]):
    """Of what of the patient."""

    exam = serializers.IntegerField(
        required=False, default=None, min_value=1, help_text="of this exam alone; else of all exams"
    )


class DecisionsQuery(serializers.Serializer[Any]):
    """A page of patients: `1,2,3`."""

    patients = serializers.RegexField(r"^\d{1,18}(,\d{1,18}){0,199}$")


class DatasetQuery(serializers.Serializer[Any]):
    """Narrows lists of datasets, runs and models."""

    project = serializers.IntegerField(required=False)
    task = serializers.ChoiceField(choices=ModelTask.choices, required=False)
