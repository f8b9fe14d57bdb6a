"""Readings and masks over HTTP."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.requests import signed_in
from annotations.api.images import PROJECT, SEES_IMAGES
from annotations.api.inputs import BuildMasksInput, ChangesInput, JudgementInput, SubmitInput
from annotations.api.label_outputs import (
    LabelSetDetailOutput,
    LabelSetOutput,
    MaskOutput,
    SavedOutput,
    SubmittedOutput,
)
from annotations.api.lookups import choice_in, number_in, one_of, project_of
from annotations.models import LabelSet, Mask
from annotations.selectors import images_for, label_sets_for, masks_for, regions_of
from annotations.selectors.counts import region_counts
from annotations.selectors.trees import with_saved_at
from annotations.services.label_errors import StaleRevision
from annotations.services.label_set_checks import Finding
from annotations.services.label_set_moves import accept_label_set, return_label_set, submit_label_set
from annotations.services.label_sets import RegionChange, open_reading, save_changes
from annotations.services.mask_jobs import queue_mask_building
from annotations.services.masks import mask_bytes
from annotations.services.pictures import draw_label_preview
from annotations.states import LabelSetState
from core.actions import Action
from core.api.requests import parse
from core.api.serializers import JobOutput
from core.permissions import requires

PNG = {(200, "image/png"): OpenApiTypes.BINARY}


class _LabelSetList(generics.ListAPIView[LabelSet]):
    """A page of label sets; their regions are counted in one query."""

    serializer_class = LabelSetOutput
    queryset = LabelSet.objects.none()

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page."""
        page = self.paginate_queryset(self.get_queryset()) or []
        context = {**self.get_serializer_context(), "region_counts": region_counts(page)}
        return self.get_paginated_response(LabelSetOutput(page, many=True, context=context).data)


@extend_schema(
    parameters=[
        PROJECT,
        OpenApiParameter("state", OpenApiTypes.STR, enum=LabelSetState.values),
    ]
)
class LabelSetsView(_LabelSetList):
    """Label sets that the person may see, newest first."""

    permission_classes = [SEES_IMAGES]

    def get_queryset(self) -> QuerySet[LabelSet]:
        """Narrowed as asked."""
        sets = with_saved_at(label_sets_for(signed_in(self.request)))
        if (project := number_in(self.request, "project")) is not None:
            sets = sets.filter(project=project)
        if state := choice_in(self.request, "state", LabelSetState.values):
            sets = sets.filter(state=state)
        return sets.order_by("-pk")


class ImageLabelSetsView(_LabelSetList):
    """Label sets of one image."""

    def get_permissions(self) -> list[BasePermission]:
        """Who sees images reads; who labels opens."""
        return [requires(Action.LABEL)() if self.request.method == "POST" else SEES_IMAGES()]

    def get_queryset(self) -> QuerySet[LabelSet]:
        """Those of the image that the person may see."""
        user = signed_in(self.request)
        image = one_of(images_for(user), "image", pk=self.kwargs["pk"])
        return with_saved_at(label_sets_for(user).filter(image=image)).order_by("-pk")

    @extend_schema(request=None, responses={200: LabelSetDetailOutput, 201: LabelSetDetailOutput})
    def post(self, request: Request, pk: int) -> Response:
        """Open my reading of the image: the one there is, or a new draft (201)."""
        user = signed_in(request)
        label_set, created = open_reading(image=one_of(images_for(user), "image", pk=pk), reader=user)
        return Response(label_set_detail(request, label_set.pk), status=201 if created else 200)


class LabelSetView(generics.GenericAPIView[LabelSet]):
    """One label set with the regions of its current revision."""

    permission_classes = [SEES_IMAGES]
    serializer_class = LabelSetDetailOutput
    queryset = LabelSet.objects.none()

    @extend_schema(responses=LabelSetDetailOutput)
    def get(self, request: Request, pk: int) -> Response:
        """Everything about it."""
        return Response(label_set_detail(request, pk))


class ChangesView(APIView):
    """Saving."""

    permission_classes = [requires(Action.LABEL, Action.REVIEW, Action.ADJUDICATE)]

    @extend_schema(request=ChangesInput, responses=SavedOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Apply changes to `base_revision`.

        409 `stale_revision` when it is not the current one; `detail` has the label set as it is now.
        """
        user = signed_in(request)
        label_set = one_of(label_sets_for(user), "label set", pk=pk)
        asked = parse(ChangesInput, request.data)
        try:
            saved = save_changes(
                label_set=label_set,
                by=user,
                base_revision=asked["base_revision"],
                change_id=asked["change_id"],
                changes=[RegionChange(**change) for change in asked["changes"]],
                reading=asked.get("reading"),
                seconds_spent=asked.get("seconds_spent", 0.0),
            )
        except StaleRevision as error:
            error.detail["label_set"] = label_set_detail(request, pk)
            raise
        return Response(SavedOutput(saved).data)


class SubmitView(APIView):
    """Handing in."""

    permission_classes = [requires(Action.LABEL)]

    @extend_schema(request=SubmitInput, responses=SubmittedOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Hand the reading in; 400 `not_ready` when something must be mended first."""
        user = signed_in(request)
        label_set = one_of(label_sets_for(user), "label set", pk=pk)
        asked = parse(SubmitInput, request.data)
        warnings = submit_label_set(label_set=label_set, by=user, base_revision=asked.get("base_revision"))
        mine = LabelSet.objects.filter(author=user)  # a hidden repeat may be due now, and hide it from lists
        return Response(_detail(request, mine, pk, warnings=warnings))


class AcceptView(APIView):
    """Accepting."""

    permission_classes = [requires(Action.JUDGE_LABELS)]

    @extend_schema(request=JudgementInput, responses=LabelSetDetailOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Accept a submitted label set, so that datasets may use it."""
        user = signed_in(request)
        label_set = one_of(label_sets_for(user), "label set", pk=pk)
        accept_label_set(label_set=label_set, by=user, **parse(JudgementInput, request.data))
        return Response(label_set_detail(request, pk))


class ReturnView(APIView):
    """Returning."""

    permission_classes = [requires(Action.JUDGE_LABELS)]

    @extend_schema(request=JudgementInput, responses=LabelSetDetailOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Give a submitted reading back to its author; the comment is needed."""
        user = signed_in(request)
        label_set = one_of(label_sets_for(user), "label set", pk=pk)
        return_label_set(label_set=label_set, by=user, **parse(JudgementInput, request.data))
        return Response(label_set_detail(request, pk))


class LabelSetMasksView(generics.ListAPIView[Mask]):
    """Masks that were built from a label set."""

    permission_classes = [SEES_IMAGES]
    serializer_class = MaskOutput
    queryset = Mask.objects.none()

    def get_queryset(self) -> QuerySet[Mask]:
        """Newest revision first."""
        user = signed_in(self.request)
        label_set = one_of(label_sets_for(user), "label set", pk=self.kwargs["pk"])
        masks = Mask.objects.filter(label_set=label_set).select_related("lesion_class")
        return masks.order_by("-revision", "lesion_class__position", "pk")


class MaskPreviewView(APIView):
    """The label set's regions as a picture."""

    permission_classes = [SEES_IMAGES]

    @extend_schema(responses=PNG)
    def get(self, request: Request, pk: int) -> HttpResponse:
        """A transparent PNG of the preview's size: hemorrhages red, exudates green, each with its pattern."""
        label_set = one_of(label_sets_for(signed_in(request)), "label set", pk=pk)
        return _png(draw_label_preview(label_set))


class MaskPictureView(APIView):
    """A mask."""

    permission_classes = [SEES_IMAGES]

    @extend_schema(responses=PNG)
    def get(self, request: Request, pk: int) -> HttpResponse:
        """The 1-bit PNG at the image's own size, after its hash was checked."""
        return _png(mask_bytes(one_of(masks_for(signed_in(request)), "mask", pk=pk)))


class BuildMasksView(APIView):
    """Mask building."""

    permission_classes = [requires(Action.BUILD_MASKS)]

    @extend_schema(request=BuildMasksInput, responses={202: JobOutput})
    def post(self, request: Request) -> Response:
        """Queue a job that builds the missing masks of the chosen label sets."""
        asked = parse(BuildMasksInput, request.data)
        job = queue_mask_building(
            project=project_of(request, asked["project"]),
            source=asked.get("labels") or None,
            by=signed_in(request),
        )
        return Response(JobOutput(job).data, status=202)


def label_set_detail(request: Request, pk: int) -> dict[str, Any]:
    """A label set that the person may see, as it is now, with its regions; raises NotFound."""
    return _detail(request, label_sets_for(signed_in(request)), pk)


def _detail(
    request: Request, sets: QuerySet[LabelSet], pk: int, *, warnings: list[Finding] | None = None
) -> dict[str, Any]:
    label_set = one_of(with_saved_at(sets), "label set", pk=pk)
    regions = list(regions_of(label_set))
    counts: dict[str, int] = {}
    for region in regions:
        counts[region.lesion_class.code] = counts.get(region.lesion_class.code, 0) + 1
    context = {"request": request, "regions": regions, "region_counts": {pk: counts}, "warnings": warnings}
    output = LabelSetDetailOutput if warnings is None else SubmittedOutput
    return dict(output(label_set, context=context).data)


def _png(content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="image/png")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = "inline"
    return response
