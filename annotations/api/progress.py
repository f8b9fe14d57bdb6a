"""Progress over HTTP."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.requests import signed_in
from accounts.models import User
from annotations.api.lookups import project_of
from annotations.api.work_outputs import ProjectProgressOutput, ReaderProgressOutput
from annotations.selectors.progress import progress_of, project_progress
from core.actions import Action
from core.permissions import requires

SEES_PROGRESS = requires(Action.ASSIGN, Action.JUDGE_LABELS)


class ProjectProgressView(APIView):
    """A project's progress."""

    permission_classes = [SEES_PROGRESS]

    @extend_schema(responses=ProjectProgressOutput)
    def get(self, request: Request, pk: int) -> Response:
        """Everybody together."""
        project = project_of(request, pk)
        whole = project_progress(project, seen_by=signed_in(request))
        return Response(ProjectProgressOutput(whole).data)


class ReadersView(generics.ListAPIView[User]):
    """Each reader's progress in a project, by name."""

    permission_classes = [SEES_PROGRESS]
    serializer_class = ReaderProgressOutput
    queryset = User.objects.none()

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page of people."""
        project = project_of(request, self.kwargs["pk"])
        progress = progress_of(project, seen_by=signed_in(request))
        page = self.paginate_queryset(User.objects.filter(pk__in=progress).order_by("username")) or []
        rows = [{"reader": reader, "progress": progress[reader.pk]} for reader in page]
        return self.get_paginated_response(ReaderProgressOutput(rows, many=True).data)
