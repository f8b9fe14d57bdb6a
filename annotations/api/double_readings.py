"""Images that two people read, and settling their disagreements, over HTTP."""

from typing import Any

from django.db.models import F, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.requests import signed_in
from annotations.api.double_reading_outputs import (
    BeginAdjudicationInput,
    DoubleReadingCountsOutput,
    DoubleReadingDetailOutput,
    DoubleReadingOutput,
    OpenCaseInput,
    SettleInput,
)
from annotations.api.images import PROJECT
from annotations.api.label_outputs import LabelSetDetailOutput
from annotations.api.label_sets import label_set_detail
from annotations.api.lookups import choice_in, number_in, one_of
from annotations.models import DoubleReading
from annotations.selectors.counts import region_counts
from annotations.selectors.double_readings import double_readings_for, state_counts
from annotations.services.adjudication import (
    begin_adjudication,
    claim_case,
    drop_adjudication,
    open_case,
    release_case,
    settle_case,
)
from annotations.states import DoubleReadingState, StartFrom
from core.actions import Action
from core.api.requests import parse
from core.permissions import requires

JUDGES = requires(Action.JUDGE_LABELS)
ADJUDICATORS = requires(Action.ADJUDICATE)
CHANGED_SINCE = "changed_since"


@extend_schema(
    parameters=[
        PROJECT,
        OpenApiParameter(
            "state",
            OpenApiTypes.STR,
            enum=[*DoubleReadingState.values, CHANGED_SINCE],
            description="changed_since: settled, and a reading has changed since.",
        ),
    ]
)
class DoubleReadingsView(generics.ListAPIView[DoubleReading]):
    """Images that two people read, those that wait longest first."""

    permission_classes = [JUDGES]
    serializer_class = DoubleReadingOutput
    queryset = DoubleReading.objects.none()

    def get_queryset(self) -> QuerySet[DoubleReading]:
        """Narrowed as asked."""
        rows = _of_project(self.request)
        state = choice_in(self.request, "state", [*DoubleReadingState.values, CHANGED_SINCE])
        if state == CHANGED_SINCE:
            rows = rows.filter(changed_since=True)
        elif state:
            rows = rows.filter(state=state)
        newest_settled_first = F("settled_at").desc(nulls_first=True)
        return rows.order_by(newest_settled_first, F("opened_at").asc(nulls_last=True), "pk")


@extend_schema(parameters=[PROJECT])
class DoubleReadingCountsView(APIView):
    """How many images that two people read stand where."""

    permission_classes = [JUDGES]

    @extend_schema(responses=DoubleReadingCountsOutput)
    def get(self, request: Request) -> Response:
        """Of one project, or of all that the person sees."""
        return Response(DoubleReadingCountsOutput(state_counts(_of_project(request))).data)


class DoubleReadingView(APIView):
    """One image that two people read."""

    permission_classes = [JUDGES]

    @extend_schema(responses=DoubleReadingDetailOutput)
    def get(self, request: Request, pk: int) -> Response:
        """Both readings, how they differ, and where it stands."""
        return _detail(request, pk)


class CaseClaimView(APIView):
    """Who settles a disagreement."""

    permission_classes = [ADJUDICATORS]

    @extend_schema(request=None, responses=DoubleReadingOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Take an open case, or keep one's own for longer; 409 `claimed_by_another` while another has it."""
        case = claim_case(case=_case(request, pk), by=signed_in(request))
        return Response(DoubleReadingOutput(case, context={"request": request}).data)

    @extend_schema(responses=DoubleReadingOutput)
    def delete(self, request: Request, pk: int) -> Response:
        """Give it back; what was drawn stays."""
        case = release_case(case=_case(request, pk), by=signed_in(request))
        return Response(DoubleReadingOutput(case, context={"request": request}).data)


class CaseDraftView(APIView):
    """The labels that a disagreement is settled with."""

    permission_classes = [ADJUDICATORS]

    @extend_schema(
        request=BeginAdjudicationInput, responses={200: LabelSetDetailOutput, 201: LabelSetDetailOutput}
    )
    def post(self, request: Request, pk: int) -> Response:
        """Take the case and begin (201), or go on with what was begun (200); saved as readings are."""
        asked = parse(BeginAdjudicationInput, request.data)
        draft, created = begin_adjudication(
            case=_case(request, pk), by=signed_in(request), start_from=StartFrom(asked["start_from"])
        )
        return Response(label_set_detail(request, draft.pk), status=201 if created else 200)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Remove what was begun, to begin anew."""
        drop_adjudication(case=_case(request, pk), by=signed_in(request))
        return Response(status=204)


class SettleCaseView(APIView):
    """Settling."""

    permission_classes = [ADJUDICATORS]

    @extend_schema(request=SettleInput, responses=DoubleReadingDetailOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Accept the own labels: datasets take them, both readings stay.

        409 `readings_changed` or `stale_revision` when something else was looked at; 400 `not_ready`.
        """
        settle_case(case=_case(request, pk), by=signed_in(request), **parse(SettleInput, request.data))
        return _detail(request, pk)


class OpenCaseView(APIView):
    """Opening once more."""

    permission_classes = [ADJUDICATORS]

    @extend_schema(request=OpenCaseInput, responses=DoubleReadingDetailOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Open what is settled or agreed, with a reason."""
        open_case(case=_case(request, pk), by=signed_in(request), **parse(OpenCaseInput, request.data))
        return _detail(request, pk)


def _of_project(request: Request) -> QuerySet[DoubleReading]:
    rows = double_readings_for(signed_in(request))
    project = number_in(request, "project")
    return rows if project is None else rows.filter(image__project=project)


def _case(request: Request, pk: int) -> DoubleReading:
    return one_of(double_readings_for(signed_in(request)), "double reading", pk=pk)


def _detail(request: Request, pk: int) -> Response:
    case = _case(request, pk)
    label_sets = [one for one in (case.first, case.second, case.settled) if one is not None]
    context: dict[str, Any] = {
        "request": request,
        "label_sets": label_sets,
        "region_counts": region_counts(label_sets),
    }
    return Response(DoubleReadingDetailOutput(case, context=context).data)
