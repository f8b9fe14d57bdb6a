"""Shapes of annotations' answers about work: worklists and progress."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rest_framework import serializers

from accounts.api.serializers import PersonOutput
from annotations.models import Assignment
from annotations.selectors.worklist import WorkDone, work_done
from annotations.states import Eye, Priority, WorkState


class WorklistRowOutput(serializers.ModelSerializer[Assignment]):
    """One image to read. A hidden repeat looks like any other row."""

    assignment = serializers.IntegerField(source="pk", read_only=True)
    patient = serializers.IntegerField(source="image.exam.patient_id", read_only=True)
    patient_code = serializers.CharField(source="image.exam.patient.code", read_only=True)
    eye = serializers.ChoiceField(source="image.eye", choices=Eye.choices, allow_blank=True, read_only=True)
    priority = serializers.ChoiceField(choices=Priority.choices, read_only=True)
    state = serializers.ChoiceField(choices=WorkState.choices, read_only=True)
    label_set = serializers.IntegerField(source="label_set_id", read_only=True, allow_null=True)
    regions_count = serializers.SerializerMethodField()
    updated_at = serializers.SerializerMethodField()

    class Meta:
        model = Assignment
        fields = [
            "assignment",
            "image",
            "patient",
            "patient_code",
            "eye",
            "priority",
            "state",
            "label_set",
            "regions_count",
            "updated_at",
        ]
        read_only_fields = fields

    def get_regions_count(self, row: Any) -> int:
        """Regions drawn so far."""
        done: WorkDone | None = self.context["work_done"].get(row.label_set_id)
        return done.regions if done else 0

    def get_updated_at(self, row: Any) -> datetime | None:
        """When it was opened, saved, handed in or judged last."""
        done: WorkDone | None = self.context["work_done"].get(row.label_set_id)
        return done.at if done else None


def rows_context(rows: Iterable[Any]) -> dict[str, Any]:
    """What the outputs of these rows of a worklist need, found by one query."""
    return {"work_done": work_done(row.label_set_id for row in rows if row.label_set_id is not None)}


class NeighbourOutput(serializers.Serializer[Any]):
    """The next row, or nothing."""

    row = WorklistRowOutput(allow_null=True)


class AssignedOutput(serializers.Serializer[Any]):
    """What these people now have of these images on their worklists; repeats are not told."""

    readings = serializers.IntegerField()
    new = serializers.IntegerField(help_text="Of these readings, those that were not there before.")
    images = serializers.IntegerField()


class WorklistCountsOutput(serializers.Serializer[Any]):
    """Readings by state."""

    to_do = serializers.IntegerField()
    draft = serializers.IntegerField()
    returned = serializers.IntegerField()
    submitted = serializers.IntegerField()
    accepted = serializers.IntegerField()


class ProgressOutput(serializers.Serializer[Any]):
    """Readings by state, and the time they took; idle time is not in it."""

    assigned = serializers.IntegerField()
    counts = WorklistCountsOutput()
    seconds_spent = serializers.FloatField()
    images_per_hour = serializers.FloatField(
        allow_null=True, help_text="Of readings that were handed in; null before the first."
    )


class ReaderProgressOutput(serializers.Serializer[Any]):
    """One person's progress in a project."""

    reader = PersonOutput()
    progress = ProgressOutput()


class ProjectProgressOutput(serializers.Serializer[Any]):
    """How far the reading of a project has come."""

    images = serializers.IntegerField()
    images_assigned = serializers.IntegerField()
    images_read = serializers.IntegerField(help_text="Handed in by one person at least.")
    images_read_twice = serializers.IntegerField()
    readings = ProgressOutput()
