"""The page of people: who works here, in which projects, and who is invited."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.invitations import InvitationInput, InvitedOutput, invited_answer
from accounts.api.people import PersonFactsOutput, person_of
from accounts.api.permissions import CHANGES_PEOPLE
from accounts.api.requests import signed_in
from accounts.models import User
from accounts.roles import Role
from accounts.services.people import parse_roles
from annotations.api.lookups import choice_in, number_in
from annotations.models import Project
from annotations.selectors import projects_for
from annotations.selectors.people import STATES, people_listed
from annotations.services.people import invite_to_projects, set_projects
from core.actions import Action
from core.api.requests import parse
from core.errors import NotFound
from core.permissions import requires

MANAGES_PEOPLE = requires(Action.MANAGE_PEOPLE)


class ProjectNameOutput(serializers.ModelSerializer[Project]):
    """A project's name."""

    class Meta:
        model = Project
        fields = ["id", "name"]
        read_only_fields = fields


class ListedPersonOutput(PersonFactsOutput):
    """A person on the page of people."""

    projects = ProjectNameOutput(many=True, read_only=True)

    class Meta(PersonFactsOutput.Meta):
        fields = [*PersonFactsOutput.Meta.fields, "projects"]
        read_only_fields = fields


class ProjectsInput(serializers.Serializer[Any]):
    """Projects by id."""

    projects = serializers.ListField(child=serializers.IntegerField(), max_length=200)


class InviteInput(InvitationInput):
    """Whom to invite, as what, into which projects."""

    projects = serializers.ListField(child=serializers.IntegerField(), max_length=200, default=list)


@extend_schema(
    parameters=[
        OpenApiParameter("search", OpenApiTypes.STR, description="In names and e-mail addresses."),
        OpenApiParameter("role", OpenApiTypes.STR, enum=Role.values),
        OpenApiParameter("state", OpenApiTypes.STR, enum=list(STATES)),
        OpenApiParameter("project", OpenApiTypes.INT),
    ]
)
class ListedPeopleView(generics.ListAPIView[User]):
    """Everybody, with roles, projects, last sign-in and open invitations."""

    permission_classes = [MANAGES_PEOPLE]
    serializer_class = ListedPersonOutput
    queryset = User.objects.none()

    def get_queryset(self) -> QuerySet[User]:
        """Narrowed by what is asked for."""
        role = choice_in(self.request, "role", Role.values)
        return people_listed(
            signed_in(self.request),
            search=self.request.query_params.get("search", ""),
            role=Role(role) if role else None,
            state=choice_in(self.request, "state", list(STATES)),
            project=number_in(self.request, "project"),
        )


class PersonProjectsView(APIView):
    """A person's projects."""

    permission_classes = [MANAGES_PEOPLE]

    @extend_schema(request=ProjectsInput, responses=ListedPersonOutput)
    def put(self, request: Request, pk: int) -> Response:
        """Let the person into exactly these projects; what they did in others stays there."""
        by, person = signed_in(request), person_of(request, pk)
        projects = _projects_named(by, parse(ProjectsInput, request.data)["projects"])
        set_projects(person=person, projects=projects, by=by)
        return Response(ListedPersonOutput(people_listed(by).get(pk=pk)).data)


class InvitationsView(APIView):
    """Inviting."""

    permission_classes = CHANGES_PEOPLE

    @extend_schema(request=InviteInput, responses={201: InvitedOutput})
    def post(self, request: Request) -> Response:
        """Invite a person; the link goes out by e-mail, or is in the answer, this once."""
        by, given = signed_in(request), parse(InviteInput, request.data)
        invited = invite_to_projects(
            email=given["email"],
            full_name=given["full_name"],
            roles=parse_roles(given["roles"]),
            projects=_projects_named(by, given["projects"]),
            by=by,
        )
        return Response(invited_answer(request, invited), status=201)


def _projects_named(user: User, ids: list[int]) -> list[Project]:
    projects = list(projects_for(user).filter(pk__in=ids))
    if len(projects) != len(set(ids)):
        raise NotFound("One of the projects does not exist.")
    return projects
