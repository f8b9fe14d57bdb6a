"""The audit log over HTTP."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.actions import Action
from core.api.serializers import AuditEventOutput
from core.models import AuditEvent
from core.permissions import requires
from core.selectors.audit import AuditFilter, actions_known, find_events, object_types_known
from core.services.audit_export import AuditFile, export_events

SOUGHT = [
    OpenApiParameter("person", OpenApiTypes.INT),
    OpenApiParameter("action", OpenApiTypes.STR, description="`review.` means all that begin so."),
    OpenApiParameter("object_type", OpenApiTypes.STR),
    OpenApiParameter("object_id", OpenApiTypes.STR),
    OpenApiParameter("since", OpenApiTypes.DATETIME),
    OpenApiParameter("until", OpenApiTypes.DATETIME, description="Not with this moment itself."),
    OpenApiParameter("text", OpenApiTypes.STR, description="Words, each somewhere in the event."),
]
MOST_TEXT = 200


class AuditNamesOutput(serializers.Serializer[Any]):
    """What the log can be narrowed to."""

    actions = serializers.ListField(child=serializers.CharField())
    object_types = serializers.ListField(child=serializers.CharField())


@extend_schema(parameters=SOUGHT)
class AuditEventsView(generics.ListAPIView[AuditEvent]):
    """The audit log, newest first."""

    permission_classes = [requires(Action.SEE_AUDIT)]
    serializer_class = AuditEventOutput
    queryset = AuditEvent.objects.all()

    def get_queryset(self) -> QuerySet[AuditEvent]:
        """What is sought."""
        return find_events(sought_in(self.request))


class AuditNamesView(APIView):
    """The names that occur in the log."""

    permission_classes = [requires(Action.SEE_AUDIT)]

    @extend_schema(responses=AuditNamesOutput)
    def get(self, request: Request) -> Response:
        """Actions and kinds of objects, sorted."""
        names = {"actions": actions_known(), "object_types": object_types_known()}
        return Response(AuditNamesOutput(names).data)


class AuditExportView(APIView):
    """The log as a file."""

    permission_classes = [requires(Action.SEE_AUDIT)]

    @extend_schema(
        parameters=[*SOUGHT, OpenApiParameter("kind", OpenApiTypes.STR, enum=AuditFile.values)],
        responses={
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="Events, oldest first."),
            (200, "application/x-ndjson"): OpenApiTypes.STR,
        },
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Everything that is sought, oldest first; the log tells of the export."""
        asked = request.query_params.get("kind") or AuditFile.CSV.value
        if asked not in AuditFile.values:
            raise ValidationError({"kind": [f"Use one of: {', '.join(AuditFile.values)}."]})
        kind = AuditFile(asked)
        parts = export_events(sought=sought_in(request), kind=kind, by=request.user)
        media_type = "text/csv; charset=utf-8" if kind is AuditFile.CSV else "application/x-ndjson"
        name = f"audit-{timezone.now():%Y-%m-%d}.{kind.value}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return StreamingHttpResponse(parts, content_type=media_type, headers=headers)


def sought_in(request: Request) -> AuditFilter:
    """The filter in an address. Raises ValidationError (400)."""
    asked = request.query_params
    person = asked.get("person", "")
    if person and not (person.isascii() and person.isdigit() and len(person) < 16):
        raise ValidationError({"person": ["Give a whole number."]})
    if len(asked.get("text", "")) > MOST_TEXT:
        raise ValidationError({"text": [f"At most {MOST_TEXT} characters."]})
    return AuditFilter(
        person=int(person) if person else None,
        action=asked.get("action", ""),
        object_type=asked.get("object_type", ""),
        object_id=asked.get("object_id", ""),
        since=_moment(asked.get("since", ""), "since"),
        until=_moment(asked.get("until", ""), "until"),
        text=asked.get("text", ""),
    )


def _moment(text: str, name: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise ValidationError({name: ["Give a date and time, such as 2026-05-31T08:00:00Z."]})
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
