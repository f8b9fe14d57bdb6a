"""Assignments over HTTP."""

from django.db.models import Q, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.requests import signed_in
from accounts.models import User
from annotations.api.images import PROJECT, SEES_IMAGES
from annotations.api.inputs import AssignmentInput
from annotations.api.lookups import choice_in, number_in, one_of, people_named, project_of
from annotations.api.outputs import AssignmentOutput
from annotations.api.work_outputs import AssignedOutput
from annotations.models import Assignment, FundusImage, Patient
from annotations.selectors import assignments_for, images_for
from annotations.selectors.worklist import first_not_begun, first_readings
from annotations.services.assignments import assign_images, remove_assignment, share_out
from annotations.states import Priority
from core.actions import Action
from core.api.requests import parse
from core.errors import NotFound
from core.permissions import requires

FEW_PATIENTS = 4_000  # of 40,000: a page of more is found by walking through the newest rows
ALL = 1_000_000_000

LISTED = extend_schema(
    parameters=[
        PROJECT,
        OpenApiParameter("reader", OpenApiTypes.INT),
        OpenApiParameter("search", OpenApiTypes.STR, description="Part of the patient's code."),
        OpenApiParameter("waiting", OpenApiTypes.STR, enum=["1"], description="Only what is not begun."),
    ]
)


def _of_patients(rows: QuerySet[Assignment], search: str, *, by: User) -> QuerySet[Assignment]:
    """Rows of patients whose code has `search` in it.

    For who sees everybody's rows, images of few patients are found first: else each row's code is looked up.
    """
    patients = Patient.objects.filter(code__icontains=search).order_by()
    sees_all = by.can(Action.ASSIGN) or by.can(Action.JUDGE_LABELS)
    if not sees_all or patients[: FEW_PATIENTS + 1].count() > FEW_PATIENTS:
        return rows.filter(image__exam__patient__code__icontains=search)
    images = FundusImage.objects.filter(exam__patient__in=patients).order_by()
    return rows.filter(image__in=images.values("pk")[:ALL])  # cut, even after all, it is reckoned by itself


@extend_schema_view(get=LISTED)
class AssignmentsView(generics.ListAPIView[Assignment]):
    """Who is to read which image; specialists see their own."""

    serializer_class = AssignmentOutput
    queryset = Assignment.objects.none()

    def get_permissions(self) -> list[BasePermission]:
        """Who sees images reads the list; who assigns adds to it."""
        return [requires(Action.ASSIGN)() if self.request.method == "POST" else SEES_IMAGES()]

    def get_queryset(self) -> QuerySet[Assignment]:
        """Those the person may see, narrowed as asked."""
        rows = assignments_for(signed_in(self.request)).order_by("-pk")
        if (project := number_in(self.request, "project")) is not None:
            rows = rows.filter(project=project)
        if (reader := number_in(self.request, "reader")) is not None:
            rows = rows.filter(user=reader)
        if search := self.request.query_params.get("search", "").strip():
            rows = _of_patients(rows, search, by=signed_in(self.request))
        return first_not_begun(rows) if choice_in(self.request, "waiting", ["1"]) else rows

    @extend_schema(request=AssignmentInput, responses={201: AssignedOutput})
    def post(self, request: Request) -> Response:
        """Put images, all images of patients or all of a project on people's worklists."""
        user = signed_in(request)
        asked = parse(AssignmentInput, request.data)
        patients, wanted = asked.get("patients", []), asked.get("images", [])
        chosen = Q(exam__patient__in=patients) | Q(pk__in=wanted)
        if (project := asked.get("project")) is not None:
            chosen |= Q(project=project_of(request, project))
        images = list(images_for(user).filter(chosen).order_by("exam__patient__code", "eye", "pk"))
        found = {image.pk for image in images}
        if not set(wanted) <= found or not set(patients) <= {image.exam.patient_id for image in images}:
            raise NotFound("One of the images or patients does not exist, or is not yours.")
        assign = share_out if asked["share_out"] else assign_images
        people = people_named(asked["users"])
        there = set(first_readings(images, people).values_list("pk", flat=True))
        assignments = assign(images=images, users=people, by=user, priority=Priority(asked["priority"]))
        counts = {
            "readings": len(assignments),
            "new": sum(one.pk not in there for one in assignments),
            "images": len({one.image_id for one in assignments}),
        }
        return Response(AssignedOutput(counts).data, status=201)


class AssignmentView(APIView):
    """One assignment."""

    permission_classes = [requires(Action.ASSIGN)]

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Take the image off the person's worklist."""
        user = signed_in(request)
        remove_assignment(assignment=one_of(assignments_for(user), "assignment", pk=pk), by=user)
        return Response(status=204)
