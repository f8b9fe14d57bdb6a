"""Exports over HTTP: start one, follow it, download its file. Each belongs to the one who asked for it."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.requests import signed_in
from annotations.api.label_outputs import LabelChoiceOutput
from annotations.api.lookups import number_in, one_of, project_of
from annotations.api.shapes import COUNTS
from annotations.models import Export
from annotations.selectors import exports_for, label_choices
from annotations.services.data_out.exports import expires_at, open_download, start_export
from annotations.states import ExportKind
from core.actions import Action
from core.api.requests import parse
from core.api.serializers import JobOutput
from core.permissions import requires

EXPORTS = [requires(Action.EXPORT)]


class ExportInput(serializers.Serializer[Any]):
    """What to export, and of which labels."""

    project = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=ExportKind.choices)
    labels = serializers.CharField(
        max_length=255,
        allow_blank=True,
        default="",
        help_text="Only label sets of this source; empty: one per image, as datasets choose it.",
    )
    waiting = serializers.BooleanField(default=False, help_text="Label sets not accepted yet count too.")
    indexed = serializers.BooleanField(default=False, help_text="Masks: one numbered file per image.")
    dataset = serializers.IntegerField(required=False, help_text="Which dataset version.")


class LabelSourcesQuery(serializers.Serializer[Any]):
    """Whose labels are asked for."""

    project = serializers.IntegerField()
    waiting = serializers.BooleanField(default=False, help_text="Label sets not accepted yet count too.")


class ExportOutput(serializers.ModelSerializer[Export]):
    """One export; its job tells how far it is."""

    kind = serializers.ChoiceField(choices=ExportKind.choices, read_only=True)
    job = JobOutput(read_only=True, allow_null=True)
    ready = serializers.SerializerMethodField()
    expires_at = serializers.SerializerMethodField()
    report = serializers.SerializerMethodField()
    notes = serializers.SerializerMethodField()

    class Meta:
        model = Export
        fields = [
            "id",
            "project",
            "kind",
            "options",
            "created_at",
            "job",
            "ready",
            "expires_at",
            "file_name",
            "size_bytes",
            "sha256",
            "report",
            "notes",
        ]
        read_only_fields = fields

    def get_ready(self, export: Export) -> bool:
        """Whether its file can be downloaded."""
        return bool(export.file)

    @extend_schema_field(serializers.DateTimeField())
    def get_expires_at(self, export: Export) -> str:
        """When the file is cleared away."""
        return expires_at(export).isoformat()

    @extend_schema_field({**COUNTS, "nullable": True})
    def get_report(self, export: Export) -> dict[str, int] | None:
        """Counts by name once it is made: images, regions, files, notes."""
        return {name: value for name, value in export.report.items() if type(value) is int} or None

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_notes(self, export: Export) -> list[str]:
        """What the export could not carry over as it is, the first of it."""
        return [f"{note['file']}: {note['message']}" for note in export.report.get("told", [])]


@extend_schema(parameters=[LabelSourcesQuery])
class LabelSourcesView(generics.GenericAPIView[Any]):
    """Where a project's labels come from."""

    permission_classes = EXPORTS
    serializer_class = LabelChoiceOutput

    @extend_schema(responses=LabelChoiceOutput(many=True))
    def get(self, request: Request) -> Response:
        """Files and people whose labels an export can be narrowed to, the largest first."""
        asked = parse(LabelSourcesQuery, request.query_params)
        choices = label_choices(project_of(request, asked["project"]), waiting=asked["waiting"])
        page = self.paginate_queryset(choices) or []
        return self.get_paginated_response(LabelChoiceOutput(page, many=True).data)


@extend_schema(parameters=[OpenApiParameter("project", OpenApiTypes.INT)])
class ExportsView(generics.ListAPIView[Export]):
    """The person's own exports, newest first."""

    permission_classes = EXPORTS
    serializer_class = ExportOutput
    queryset = Export.objects.none()

    def get_queryset(self) -> QuerySet[Export]:
        """Narrowed to `?project=`."""
        exports = exports_for(signed_in(self.request)).order_by("-pk")
        project = number_in(self.request, "project")
        return exports if project is None else exports.filter(project=project)

    @extend_schema(request=ExportInput, responses={202: ExportOutput})
    def post(self, request: Request) -> Response:
        """Start an export."""
        asked = parse(ExportInput, request.data)
        export = start_export(
            project=project_of(request, asked.pop("project")),
            kind=ExportKind(asked.pop("kind")),
            options={name: value for name, value in asked.items() if value not in ("", False)},
            by=signed_in(request),
        )
        return Response(ExportOutput(export).data, status=202)


class ExportView(generics.RetrieveAPIView[Export]):
    """One export; a page that follows it asks again and again."""

    permission_classes = EXPORTS
    serializer_class = ExportOutput
    queryset = Export.objects.none()

    def get_queryset(self) -> QuerySet[Export]:
        """The person's own."""
        return exports_for(signed_in(self.request))


class ExportFileView(APIView):
    """Downloading."""

    permission_classes = EXPORTS

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> FileResponse:
        """The file, for its owner alone."""
        user = signed_in(request)
        export = one_of(exports_for(user), "export", pk=pk)
        content, media_type = open_download(export=export, by=user)
        response = FileResponse(content, content_type=media_type)
        response["Content-Disposition"] = f'attachment; filename="{export.file_name}"'
        response["Content-Length"] = str(export.size_bytes)
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return response
