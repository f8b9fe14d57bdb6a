"""Projects over HTTP: what they look for, and who works in them."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.requests import signed_in
from accounts.api.serializers import PersonOutput
from accounts.models import User
from annotations.api.images import SEES_IMAGES
from annotations.api.inputs import LesionClassInput, MembersInput, ReadingRulesInput
from annotations.api.lookups import one_of, people_named, project_of
from annotations.api.outputs import LesionClassOutput, ProjectDetailOutput, ProjectOutput
from annotations.models import Project
from annotations.selectors import lesion_classes_for, members_for, projects_for
from annotations.services.lesion_classes import set_lesion_class_enabled
from annotations.services.projects import add_members, remove_member, set_reading_rules
from core.actions import Action
from core.api.requests import parse
from core.permissions import requires


class _Projects(generics.GenericAPIView[Project]):
    permission_classes = [SEES_IMAGES]
    serializer_class = ProjectOutput
    queryset = Project.objects.none()

    def get_queryset(self) -> QuerySet[Project]:
        """Those the person belongs to."""
        return projects_for(signed_in(self.request)).prefetch_related("lesion_classes")


class ProjectsView(_Projects, generics.ListAPIView[Project]):
    """The person's projects."""


class ProjectView(_Projects, generics.RetrieveAPIView[Project]):
    """One project."""

    serializer_class = ProjectDetailOutput

    def get_permissions(self) -> list[BasePermission]:
        """Who sees images reads it; who manages projects changes it."""
        return [requires(Action.MANAGE_PROJECTS)() if self.request.method == "PATCH" else SEES_IMAGES()]

    @extend_schema(request=ReadingRulesInput, responses=ProjectDetailOutput)
    def patch(self, request: Request, pk: int) -> Response:
        """Change how often its images are read. What is assigned already stays."""
        project = project_of(request, pk)
        set_reading_rules(project=project, by=signed_in(request), **parse(ReadingRulesInput, request.data))
        return Response(self.get_serializer(self.get_object()).data)


class LesionClassView(APIView):
    """One lesion class of a project."""

    permission_classes = [requires(Action.MANAGE_PROJECTS)]

    @extend_schema(request=LesionClassInput, responses=LesionClassOutput)
    def patch(self, request: Request, pk: int) -> Response:
        """Switch the class on or off for drawing and imports; 409 for the last one that is on."""
        user = signed_in(request)
        lesion_class = one_of(lesion_classes_for(user), "lesion class", pk=pk)
        changed = set_lesion_class_enabled(
            lesion_class=lesion_class, by=user, **parse(LesionClassInput, request.data)
        )
        return Response(LesionClassOutput(changed).data)


class MembersView(generics.ListAPIView[User]):
    """Who works in a project."""

    permission_classes = [requires(Action.MANAGE_PROJECTS)]
    serializer_class = PersonOutput
    queryset = User.objects.none()

    def get_queryset(self) -> QuerySet[User]:
        """Its members, by name."""
        return members_for(signed_in(self.request), project_of(self.request, self.kwargs["pk"]))

    @extend_schema(request=MembersInput, responses={201: PersonOutput(many=True)})
    def post(self, request: Request, pk: int) -> Response:
        """Let people in; who is in already stays. Gives all of these people."""
        user, project = signed_in(request), project_of(request, pk)
        people = people_named(parse(MembersInput, request.data)["users"])
        add_members(project=project, users=people, by=user)
        return Response(PersonOutput(people, many=True).data, status=201)


class MemberView(APIView):
    """One person in a project."""

    permission_classes = [requires(Action.MANAGE_PROJECTS)]

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int, user: int) -> Response:
        """Take the person out: its images no longer exist for them. What they did stays."""
        by, project = signed_in(request), project_of(request, pk)
        remove_member(project=project, user=one_of(members_for(by, project), "member", pk=user), by=by)
        return Response(status=204)
