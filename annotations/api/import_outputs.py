"""Shapes of annotations' answers about imports."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.api.shapes import COUNTS
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
            "created_at",
            "created_by",
            "files_count",
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


class ImportProblemOutput(serializers.ModelSerializer[ImportProblem]):
    """What was refused (`is_error`) or skipped, where, why, and what to do."""

    class Meta:
        model = ImportProblem
        fields = ["id", "row", "file", "code", "message", "remedy", "is_error"]
        read_only_fields = fields
