"""Shapes of annotations' answers about imports."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.api.shapes import COUNTS, CountsField
from annotations.models import Import, ImportFile, ImportProblem
from annotations.states import ImportKind, ImportState
from core.api.serializers import JobOutput
from core.states import JobState

JOB_TO_IMPORT = {JobState.FAILED: ImportState.FAILED, JobState.CANCELLED: ImportState.CANCELLED}


class ImportOutput(serializers.ModelSerializer[Import]):
    """One import; while it runs its job tells how far it is."""

    kind = serializers.ChoiceField(choices=ImportKind.choices, read_only=True)
    state = serializers.SerializerMethodField()
    created_by = serializers.SerializerMethodField()
    files_count = serializers.IntegerField(read_only=True)
    problems_count = serializers.IntegerField(read_only=True)
    job = JobOutput(read_only=True, allow_null=True)
    report = serializers.SerializerMethodField()
    options = serializers.DictField(read_only=True)
    file_name = serializers.CharField(
        read_only=True, help_text="Of its first file; empty when there is none."
    )
    holds_files = serializers.BooleanField(
        read_only=True, help_text="Its uploads are still here: they can be imported again without being sent."
    )

    class Meta:
        model = Import
        fields = [
            "id",
            "project",
            "kind",
            "state",
            "dry_run",
            "accept",
            "skip_bad_rows",
            "options",
            "created_at",
            "created_by",
            "files_count",
            "file_name",
            "holds_files",
            "job",
            "report",
            "problems_count",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=ImportState.choices))
    def get_state(self, batch: Import) -> str:
        """Where it stands; a job that died or was cancelled ends it too."""
        if batch.state == ImportState.STARTED and batch.job is not None:
            return str(JOB_TO_IMPORT.get(JobState(batch.job.state), ImportState.STARTED))
        return batch.state

    def get_created_by(self, batch: Import) -> str | None:
        """The user name; null for the command line."""
        return batch.created_by.get_username() if batch.created_by else None

    @extend_schema_field({**COUNTS, "nullable": True})
    def get_report(self, batch: Import) -> dict[str, int] | None:
        """Counts by name once it ended: images_added, regions_added, errors and others."""
        counts = {name: value for name, value in batch.report.items() if type(value) is int}
        return counts or None


class ValueFoundOutput(serializers.Serializer[Any]):
    """A value of an attribute, how often it stands, and what it would become."""

    value = serializers.CharField(help_text="Empty: the region does not have the attribute.")
    regions = serializers.IntegerField()
    called = serializers.CharField(help_text="What the file itself calls it; empty: it does not say.")
    lesion_class = serializers.CharField(
        allow_null=True, help_text="A class code; empty: left out; null: somebody must say."
    )


class AttributeFoundOutput(serializers.Serializer[Any]):
    """An attribute of the regions and its values, the most frequent first."""

    name = serializers.CharField(help_text="Empty: no attribute names the class.")
    values = ValueFoundOutput(many=True)
    others = serializers.IntegerField(help_text="Regions of further values, which are too many to list.")


class LabelsPreviewOutput(serializers.Serializer[Any]):
    """What a VIA or COCO file holds, and how it would be read."""

    regions = serializers.IntegerField()
    rows_without_region = serializers.IntegerField()
    unreadable = serializers.IntegerField(help_text="Rows that can't be read.")
    shapes = CountsField()
    images = serializers.IntegerField()
    unknown_images = serializers.IntegerField(help_text="File names that no image of the project has.")
    unknown_names = serializers.ListField(child=serializers.CharField(), help_text="The first of them.")
    attribute = serializers.CharField(help_text="The one that names the class, as remembered or guessed.")
    attributes = AttributeFoundOutput(many=True)
    close_polylines = serializers.BooleanField()
    complete = serializers.BooleanField(
        help_text="False: the file is so long that only its beginning was read."
    )


class ImportFileOutput(serializers.ModelSerializer[ImportFile]):
    """A file that waits to be imported."""

    class Meta:
        model = ImportFile
        fields = ["id", "name", "size_bytes", "sha256"]
        read_only_fields = fields


class FilesAddedOutput(serializers.Serializer[Any]):
    """What an upload added."""

    files = ImportFileOutput(many=True)
    files_count = serializers.IntegerField(help_text="All files of the import.")


class PartAddedOutput(serializers.Serializer[Any]):
    """How far a large file has come."""

    received = serializers.IntegerField(help_text="Bytes of the file that have come.")


class ImportProblemOutput(serializers.ModelSerializer[ImportProblem]):
    """What was refused (`is_error`) or skipped, where, why, and what to do."""

    class Meta:
        model = ImportProblem
        fields = ["id", "row", "file", "code", "message", "remedy", "is_error"]
        read_only_fields = fields
