"""Health for everybody, the machine room for administrators."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.actions import Action
from core.api.serializers import HealthOutput, SystemOutput
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
