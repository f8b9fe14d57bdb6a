"""The review queue and its claims over HTTP."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.requests import signed_in
from annotations.api.lookups import one_of
from annotations.selectors import patients_for, projects_for
from core.actions import Action
from core.api.requests import parse
from core.permissions import requires
from review.api.queue_outputs import (
    ClaimOutput,
    ClaimStateOutput,
    NextInput,
    NextPatientOutput,
    QueueQuery,
    QueueRowOutput,
    QueueSummaryOutput,
    claim_json,
    rows_json,
)
from review.models import Claim, QueuePlace
from review.selectors.queue import QueueFilter, queue_of, queue_summary
from review.services.claims import claim_first_free, claim_patient, release_patient
from review.services.queue_places import keep_up

SEES_QUEUE = requires(Action.REVIEW, Action.JUDGE_LABELS)
REVIEWS = requires(Action.REVIEW)


def _asked(request: Request, query: dict[str, Any]) -> QuerySet[QueuePlace]:
    user = signed_in(request)
    project = one_of(projects_for(user), "project", pk=query["project"])
    keep_up()
    asked = {name: value for name, value in query.items() if name != "project"}
    return queue_of(project, seen_by=user, asked=QueueFilter(**asked))


@extend_schema(parameters=[QueueQuery])
class QueueView(generics.ListAPIView[QueuePlace]):
    """Patients in the order in which they deserve a reviewer's eyes."""

    permission_classes = [SEES_QUEUE]
    serializer_class = QueueRowOutput
    queryset = QueuePlace.objects.none()

    def get_queryset(self) -> QuerySet[QueuePlace]:
        """Their places, narrowed as asked."""
        return _asked(self.request, parse(QueueQuery, self.request.query_params))

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        """A page with codes, images and claims."""
        page = super().paginate_queryset(queryset) or []
        return rows_json(list(page), seen_by=signed_in(self.request))


class QueueSummaryView(APIView):
    """What the queue holds."""

    permission_classes = [SEES_QUEUE]

    @extend_schema(parameters=[QueueQuery], responses=QueueSummaryOutput)
    def get(self, request: Request) -> Response:
        """Counts of `?project=`, whatever else is asked; reasons are those of open patients."""
        user = signed_in(request)
        query = parse(QueueQuery, request.query_params)
        project = one_of(projects_for(user), "project", pk=query["project"])
        keep_up()
        return Response(QueueSummaryOutput(queue_summary(project, seen_by=user)).data)


class NextPatientView(APIView):
    """Going on."""

    permission_classes = [REVIEWS]

    @extend_schema(request=NextInput, responses=NextPatientOutput)
    def post(self, request: Request) -> Response:
        """Claim the first free patient of this part of the queue, and give the one before back."""
        user = signed_in(request)
        asked = parse(NextInput, request.data)
        after = asked.pop("after")
        before = None if after is None else one_of(patients_for(user), "patient", pk=after)
        rows = _asked(request, asked).exclude(patient=after).values_list("patient", flat=True)
        claim = claim_first_free(patients=rows, by=user)
        if claim is not None and before is not None:
            release_patient(patient=before, by=user)
        return Response(NextPatientOutput({"patient": claim.patient_id if claim else None}).data)


class ClaimView(APIView):
    """The claim of one patient."""

    def get_permissions(self) -> list[BasePermission]:
        """Who judges labels sees it; who reviews claims."""
        return [SEES_QUEUE() if self.request.method == "GET" else REVIEWS()]

    @extend_schema(responses=ClaimStateOutput)
    def get(self, request: Request, pk: int) -> Response:
        """Who sits on the patient now."""
        user = signed_in(request)
        patient = one_of(patients_for(user), "patient", pk=pk)
        claim = Claim.objects.filter(patient=patient).select_related("reviewer").first()
        return Response(ClaimStateOutput({"claim": claim_json(claim, seen_by=user)}).data)

    @extend_schema(request=None, responses=ClaimOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Claim the patient, or extend my claim. 409 `claimed_by_another` while another's lasts."""
        user = signed_in(request)
        claim = claim_patient(patient=one_of(patients_for(user), "patient", pk=pk), by=user)
        return Response(ClaimOutput(claim_json(claim, seen_by=user)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Give my claim back."""
        user = signed_in(request)
        release_patient(patient=one_of(patients_for(user), "patient", pk=pk), by=user)
        return Response(status=204)
