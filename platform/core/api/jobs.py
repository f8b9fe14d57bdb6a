"""The jobs page: see and cancel."""

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.actions import Action
from core.api.serializers import JobOutput
from core.models import Job
from core.permissions import requires
from core.selectors.jobs import jobs_for
from core.services.jobs import cancel_job
from core.states import JobState

CANCELS_FOR_OTHERS = requires(Action.TRAIN, Action.IMPORT, Action.MANAGE_PROJECTS)


class _Jobs(generics.GenericAPIView[Job]):
    permission_classes = [IsAuthenticated]
    serializer_class = JobOutput
    queryset = Job.objects.none()

    def get_queryset(self) -> QuerySet[Job]:
        """Only jobs that the person may see."""
        return jobs_for(self.request.user)


@extend_schema(
    parameters=[
        OpenApiParameter("kind", OpenApiTypes.STR),
        OpenApiParameter("state", OpenApiTypes.STR, enum=JobState.values),
    ]
)
class JobsView(_Jobs, generics.ListAPIView[Job]):
    """The person's jobs, or all, newest first."""

    def get_queryset(self) -> QuerySet[Job]:
        """Narrow to `?kind=` and `?state=`."""
        jobs = super().get_queryset()
        if kind := self.request.query_params.get("kind"):
            jobs = jobs.filter(kind=kind)
        if state := self.request.query_params.get("state"):
            if state not in JobState.values:
                raise ValidationError({"state": [f"Must be one of {', '.join(JobState.values)}."]})
            jobs = jobs.filter(state=state)
        return jobs


class JobView(_Jobs, generics.RetrieveAPIView[Job]):
    """One job; a page that waits for it asks again and again."""


class CancelsJob(BasePermission):
    """One's own job, or others' where one may start, import or manage such work: seeing is not enough."""

    def has_object_permission(self, request: Request, view: APIView, obj: Job) -> bool:
        """Raises TokenScope (403) where the token that is used may only look at it."""
        return obj.requested_by == request.user or CANCELS_FOR_OTHERS().has_permission(request, view)


class CancelJobView(_Jobs):
    """Cancelling."""

    permission_classes = [IsAuthenticated, CancelsJob]

    @extend_schema(request=None, responses=JobOutput)
    def post(self, request: Request, pk: str) -> Response:
        """Cancel a queued job at once, or ask a running one to stop."""
        job = cancel_job(job=self.get_object(), by=request.user)
        return Response(JobOutput(job).data)
