"""Worklists over HTTP."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.requests import signed_in
from accounts.models import User
from annotations.api.images import PROJECT, SEES_IMAGES
from annotations.api.label_outputs import LabelSetDetailOutput
from annotations.api.label_sets import label_set_detail
from annotations.api.lookups import choice_in, number_in, one_of
from annotations.api.work_outputs import (
    NeighbourOutput,
    WorklistCountsOutput,
    WorklistRowOutput,
    rows_context,
)
from annotations.models import Assignment
from annotations.selectors.worklist import neighbour_of, state_counts, unfinished_rows, worklist_of
from annotations.services.label_sets import open_reading
from annotations.states import WorkState
from core.actions import Action
from core.permissions import requires

OPEN = "open"
READER = OpenApiParameter("reader", OpenApiTypes.INT, description="Somebody else's, for who may see it.")
SEARCH = OpenApiParameter("search", OpenApiTypes.STR, description="Part of the patient's code.")


def _rows(request: Request) -> QuerySet[Any]:
    """The rows of the asked reader, else of the person who asks; narrowed to a project and a search."""
    user = signed_in(request)
    number = number_in(request, "reader")
    reader = user if number is None else one_of(User.objects.all(), "person", pk=number)
    rows = worklist_of(reader, seen_by=user)
    if (project := number_in(request, "project")) is not None:
        rows = rows.filter(project=project)
    if search := request.query_params.get("search", "").strip():
        rows = rows.filter(image__exam__patient__code__icontains=search)
    return rows


@extend_schema(
    parameters=[
        PROJECT,
        READER,
        SEARCH,
        OpenApiParameter(
            "state",
            OpenApiTypes.STR,
            enum=[OPEN, *WorkState.values],
            description="`open`: all that is still to be handed in.",
        ),
    ]
)
class WorklistView(generics.ListAPIView[Assignment]):
    """My images to read, urgent ones first."""

    permission_classes = [SEES_IMAGES]
    serializer_class = WorklistRowOutput
    queryset = Assignment.objects.none()

    def get_queryset(self) -> QuerySet[Assignment]:
        """Narrowed as asked."""
        rows = _rows(self.request)
        state = choice_in(self.request, "state", [OPEN, *WorkState.values])
        if state == OPEN:
            return unfinished_rows(rows)
        return rows.filter(state=state) if state else rows

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page; what was done with its rows is found in one query."""
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(
            WorklistRowOutput(page, many=True, context=rows_context(page)).data
        )


class WorklistCountsView(APIView):
    """How much there is to do."""

    permission_classes = [SEES_IMAGES]

    @extend_schema(parameters=[PROJECT, READER, SEARCH], responses=WorklistCountsOutput)
    def get(self, request: Request) -> Response:
        """Rows by state."""
        return Response(WorklistCountsOutput(state_counts(_rows(request))).data)


class WorklistNextView(APIView):
    """Going through a worklist."""

    permission_classes = [SEES_IMAGES]

    @extend_schema(
        parameters=[
            OpenApiParameter("after", OpenApiTypes.INT, required=True, description="An assignment's id."),
            OpenApiParameter("direction", OpenApiTypes.STR, enum=["next", "previous"]),
            OpenApiParameter(
                "open",
                OpenApiTypes.STR,
                enum=["1"],
                description="Only what is still to be handed in; after the last one the first again.",
            ),
        ],
        responses=NeighbourOutput,
    )
    def get(self, request: Request) -> Response:
        """The row of my worklist before or after one, in the same project; null at the end."""
        user = signed_in(request)
        rows = worklist_of(user, seen_by=user)
        # The row itself may be hidden by now: a repeat of it is due.
        mine = Assignment.objects.filter(user=user)
        here = one_of(mine, "assignment", pk=number_in(request, "after"))
        found = neighbour_of(
            rows.filter(project=here.project_id),
            of=here,
            backwards=choice_in(request, "direction", ["next", "previous"]) == "previous",
            unfinished=choice_in(request, "open", ["1"]) == "1",
        )
        context = rows_context([found] if found else [])
        return Response(NeighbourOutput({"row": found}, context=context).data)


class OpenAssignmentView(APIView):
    """Opening what is to be read."""

    permission_classes = [requires(Action.LABEL)]

    @extend_schema(request=None, responses={200: LabelSetDetailOutput, 201: LabelSetDetailOutput})
    def post(self, request: Request, pk: int) -> Response:
        """The reading that the row of my worklist asks for: the one there is, or a new draft (201)."""
        user = signed_in(request)
        row = one_of(worklist_of(user, seen_by=user), "assignment", pk=pk)
        label_set, created = open_reading(image=row.image, reader=user, reading_no=row.reading_no)
        return Response(label_set_detail(request, label_set.pk), status=201 if created else 200)
