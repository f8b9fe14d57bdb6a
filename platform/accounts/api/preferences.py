"""A person's own view settings and keys."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.requests import signed_in
from accounts.api.serializers import PreferencesBody
from accounts.selectors.preferences import preferences_of
from accounts.services.preferences import change_preferences
from core.api.requests import parse


class PreferencesView(APIView):
    """The signed-in person's preferences."""

    permission_classes = [IsAuthenticated]

    @extend_schema(responses=PreferencesBody)
    def get(self, request: Request) -> Response:
        """Everything that the person set."""
        return Response({"values": preferences_of(signed_in(request))})

    @extend_schema(request=PreferencesBody, responses=PreferencesBody)
    def patch(self, request: Request) -> Response:
        """Set the given values; null drops one; those not given stay. At most 16 kB in all."""
        changes = parse(PreferencesBody, request.data)["values"]
        return Response({"values": change_preferences(user=signed_in(request), changes=changes)})
