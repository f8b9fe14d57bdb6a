"""The rules of a project about file names, over HTTP."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.requests import signed_in
from annotations.api.inputs import FileNamePatternInput, FileNamePreviewInput
from annotations.api.lookups import project_of
from annotations.services.data_in.import_rules import preview_file_names, set_file_name_pattern
from annotations.states import Eye
from core.actions import Action
from core.api.requests import parse
from core.permissions import requires


class FileNamePatternOutput(serializers.Serializer[Any]):
    """The pattern; empty: none."""

    pattern = serializers.CharField()


class NameReadOutput(serializers.Serializer[Any]):
    """What a pattern makes of one name."""

    name = serializers.CharField()
    fits = serializers.BooleanField()
    patient = serializers.CharField()
    eye = serializers.ChoiceField(choices=Eye.choices)
    exam_date = serializers.DateField(allow_null=True)
    field = serializers.CharField()


class FileNamePreviewOutput(serializers.Serializer[Any]):
    """What it makes of all of them."""

    fitting = serializers.IntegerField()
    names = NameReadOutput(many=True)


class FileNamePatternView(APIView):
    """What file names tell in a project."""

    def get_permissions(self) -> list[BasePermission]:
        """Who imports reads it; who manages projects changes it."""
        return [requires(Action.MANAGE_PROJECTS if self.request.method == "PUT" else Action.IMPORT)()]

    @extend_schema(responses=FileNamePatternOutput)
    def get(self, request: Request, pk: int) -> Response:
        """The pattern that the project's imports use."""
        rules = project_of(request, pk).import_rules.get("file_name", {})
        return Response({"pattern": rules.get("pattern", "")})

    @extend_schema(request=FileNamePatternInput, responses=FileNamePatternOutput)
    def put(self, request: Request, pk: int) -> Response:
        """Set it, or take it away with an empty text."""
        pattern = parse(FileNamePatternInput, request.data)["pattern"]
        set_file_name_pattern(project=project_of(request, pk), pattern=pattern, by=signed_in(request))
        return Response({"pattern": pattern})


class FileNamePreviewView(APIView):
    """Trying a pattern."""

    permission_classes = [requires(Action.IMPORT)]

    @extend_schema(request=FileNamePreviewInput, responses=FileNamePreviewOutput)
    def post(self, request: Request, pk: int) -> Response:
        """What a pattern makes of names, before anything is imported."""
        project_of(request, pk)
        read = preview_file_names(**parse(FileNamePreviewInput, request.data))
        names = [
            {
                "name": one.name,
                "fits": one.details is not None,
                "patient": one.details.patient if one.details else "",
                "eye": one.details.eye if one.details else "",
                "exam_date": one.details.exam_date if one.details else None,
                "field": one.details.field if one.details else "",
            }
            for one in read
        ]
        answer = {"fitting": sum(bool(one["fits"]) for one in names), "names": names}
        return Response(FileNamePreviewOutput(answer).data)
