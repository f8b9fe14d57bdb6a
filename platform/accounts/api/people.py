"""People: lists of them, their roles, whether they may sign in."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import CHANGES_PEOPLE
from accounts.api.requests import signed_in
from accounts.api.serializers import PersonOutput
from accounts.models import Invitation, User
from accounts.roles import Role
from accounts.selectors.people import people_for, people_in_full
from accounts.services.people import parse_roles
from accounts.services.standing import change_roles, close_account, open_account
from core.actions import Action
from core.api.requests import parse
from core.errors import NotFound
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


class OpenInvitation(serializers.ModelSerializer[Invitation]):
    """When an open invitation was made and when its link ends."""

    class Meta:
        model = Invitation
        fields = ["created_at", "expires_at"]
        read_only_fields = fields


class PersonFactsOutput(PersonOutput):
    """A person as those who manage people see them."""

    email = serializers.CharField(read_only=True, help_text="Empty where none is known.")
    second_factor = serializers.BooleanField(read_only=True, help_text="Whether signing in takes a code.")
    invitation = serializers.SerializerMethodField()

    class Meta(PersonOutput.Meta):
        fields = [
            *PersonOutput.Meta.fields,
            "email",
            "last_login",
            "date_joined",
            "second_factor",
            "invitation",
        ]
        read_only_fields = fields

    @extend_schema_field(OpenInvitation(allow_null=True))
    def get_invitation(self, person: User) -> dict[str, Any] | None:
        """The open invitation; null for who has come, or was never invited."""
        invitation = getattr(person, "invitation", None)
        return dict(OpenInvitation(invitation).data) if invitation else None


class StandingInput(serializers.Serializer[Any]):
    """Why, for the audit log."""

    reason = serializers.CharField(max_length=500, allow_blank=True, default="")


class RolesInput(StandingInput):
    """A person's roles from now on."""

    roles = serializers.ListField(
        child=serializers.ChoiceField(choices=Role.choices), allow_empty=False, max_length=len(Role)
    )


class PersonRolesView(APIView):
    """A person's roles."""

    permission_classes = CHANGES_PEOPLE

    @extend_schema(request=RolesInput, responses=PersonFactsOutput)
    def put(self, request: Request, pk: int) -> Response:
        """Set them; 409 where nobody would be left who manages people."""
        given, by = parse(RolesInput, request.data), signed_in(request)
        change_roles(
            person=person_of(request, pk), roles=parse_roles(given["roles"]), by=by, reason=given["reason"]
        )
        return Response(PersonFactsOutput(person_of(request, pk)).data)


class _StandingView(APIView):
    permission_classes = CHANGES_PEOPLE
    change: Callable[..., User]

    @extend_schema(request=StandingInput, responses=PersonFactsOutput)
    def post(self, request: Request, pk: int) -> Response:
        reason = parse(StandingInput, request.data)["reason"]
        type(self).change(person=person_of(request, pk), by=signed_in(request), reason=reason)
        return Response(PersonFactsOutput(person_of(request, pk)).data)


class CloseAccountView(_StandingView):
    """Ends a person's sessions and tokens at once and lets them in no more; what they made stays theirs."""

    change = staticmethod(close_account)


class OpenAccountView(_StandingView):
    """Lets a person in again, with the roles and projects that they had."""

    change = staticmethod(open_account)


def person_of(request: Request, pk: int) -> User:
    """A person that the asking one manages; raises NotFound."""
    person = people_in_full(signed_in(request)).filter(pk=pk).first()
    if person is None:
        raise NotFound("There is no such person.")
    return person
