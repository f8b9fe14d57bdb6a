"""Lists of people."""

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.exceptions import ValidationError

from accounts.api.requests import signed_in
from accounts.api.serializers import PersonOutput
from accounts.models import User
from accounts.roles import Role
from accounts.selectors.people import people_for
from core.actions import Action
from core.permissions import requires


@extend_schema(parameters=[OpenApiParameter("role", OpenApiTypes.STR, enum=Role.values)])
class PeopleView(generics.ListAPIView[User]):
    """People, for those who manage them."""

    permission_classes = [requires(Action.MANAGE_PEOPLE)]
    serializer_class = PersonOutput
    queryset = User.objects.none()

    def get_queryset(self) -> QuerySet[User]:
        """Everybody, or those of `?role=`."""
        name = self.request.query_params.get("role")
        if name and name not in Role.values:
            raise ValidationError({"role": [f"Must be one of {', '.join(Role.values)}."]})
        return people_for(signed_in(self.request), role=Role(name) if name else None)
