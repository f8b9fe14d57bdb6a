"""Health for everybody, the machine room and the audit log for administrators."""

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.actions import Action
from core.api.serializers import AuditEventOutput, HealthOutput, SystemOutput
from core.models import AuditEvent
from core.permissions import requires
from core.selectors import health as selectors


class HealthView(APIView):
    """Asked by the supervisor, containers and the page's banner."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(responses={200: HealthOutput, 503: HealthOutput}, auth=[])
    def get(self, request: Request) -> Response:
        """Answer within 1.5 s, whatever hangs; 503 only when the database does not answer."""
        health = selectors.health()
        status = 503 if health.status is selectors.HealthStatus.DOWN else 200
        return Response(HealthOutput(health).data, status=status, headers={"Cache-Control": "no-store"})


class SystemView(APIView):
    """The machine room."""

    permission_classes = [requires(Action.SEE_SYSTEM)]

    @extend_schema(responses=SystemOutput)
    def get(self, request: Request) -> Response:
        """Workers seen, broker, disk."""
        system = {
            "workers": selectors.workers_seen(),
            "broker": selectors.broker_health(),
            "disk": selectors.disk_space(),
        }
        return Response(SystemOutput(system).data)


@extend_schema(
    parameters=[
        OpenApiParameter("action", OpenApiTypes.STR),
        OpenApiParameter("object_type", OpenApiTypes.STR),
        OpenApiParameter("object_id", OpenApiTypes.STR),
    ]
)
class AuditEventsView(generics.ListAPIView[AuditEvent]):
    """The audit log, newest first."""

    permission_classes = [requires(Action.SEE_AUDIT)]
    serializer_class = AuditEventOutput
    queryset = AuditEvent.objects.all()

    def get_queryset(self) -> QuerySet[AuditEvent]:
        """Narrow by exact `?action=`, `?object_type=`, `?object_id=`."""
        names = ("action", "object_type", "object_id")
        given = {name: value for name in names if (value := self.request.query_params.get(name))}
        return AuditEvent.objects.filter(**given)
