"""Contours from rectangles, and the findings layer, over HTTP."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.api.shapes import GeometryField
from annotations.selectors import images_for
from annotations.states import ShapeKind
from core.actions import Action
from core.api.requests import parse
from core.api.serializers import JobOutput
from core.errors import Invalid
from core.permissions import requires
from imaging.errors import InvalidShape
from imaging.shapes import shape_from_json
from inference.api.fields import PolygonField
from inference.api.training import KEY_HEADER
from inference.api.views import idempotency_key, one_of, person, project_of
from inference.services.findings_json import findings_json
from inference.services.tighten import ShapeToTighten, TightenedShape, tighten_shapes
from inference.services.tighten_sets import queue_tightening

MOST_SHAPES = 2_000


class ShapeToTightenInput(serializers.Serializer[Any]):
    """One shape; only rectangles are tightened."""

    uuid = serializers.UUIDField()
    shape = serializers.ChoiceField(choices=ShapeKind.choices)
    geometry = GeometryField()
    lesion_class = serializers.CharField(max_length=8)


class TightenInput(serializers.Serializer[Any]):
    """Shapes of one image."""

    shapes = serializers.ListField(child=ShapeToTightenInput(), allow_empty=False, max_length=MOST_SHAPES)


class TightenedShapeOutput(serializers.Serializer[Any]):
    """A contour; or `unchanged` and why."""

    uuid = serializers.UUIDField()
    unchanged = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
    shape = serializers.CharField(allow_null=True, help_text="polygon")
    geometry = PolygonField(allow_null=True)
    confidence = serializers.FloatField(allow_null=True, help_text="mean probability of its pixels")


class TightenedOutput(serializers.Serializer[Any]):
    """The answers, in the order asked."""

    shapes = TightenedShapeOutput(many=True)
    method = serializers.ChoiceField(choices=["network", "contrast"])
    used_model = serializers.CharField(
        allow_null=True, help_text="the model version whose map was used; null: the image alone"
    )
    ms = serializers.FloatField()


class TightenSetsInput(serializers.Serializer[Any]):
    """Whole label sets to tighten."""

    project = serializers.IntegerField()
    labels = serializers.CharField(max_length=255, help_text="A source: via, person, a file's name …")


class FindingsQuery(serializers.Serializer[Any]):
    """Which findings."""

    lesion_class = serializers.CharField(max_length=8, required=False, default="")
    min_confidence = serializers.FloatField(min_value=0, max_value=1, required=False, default=0.0)
    prediction = serializers.IntegerField(
        required=False, help_text="of this prediction; else of the champion segmenter"
    )


class LayerFindingOutput(serializers.Serializer[Any]):
    """One finding; the same finding always has the same uuid."""

    uuid = serializers.UUIDField()
    id = serializers.IntegerField()
    lesion_class = serializers.CharField()
    confidence = serializers.FloatField(help_text="mean probability of its pixels")
    area_px = serializers.IntegerField()
    area_fov_percent = serializers.FloatField()
    geometry = PolygonField(help_text="through pixel centres, as label polygons")


class FindingsOutput(serializers.Serializer[Any]):
    """A segmenter's findings; `model` is null where the champion was not asked about the image."""

    model = serializers.CharField(allow_null=True)
    title = serializers.CharField(allow_blank=True)
    prediction = serializers.IntegerField(allow_null=True)
    total = serializers.IntegerField()
    cut = serializers.BooleanField(help_text="some of the findings were left out")
    findings = LayerFindingOutput(many=True)


class TightenView(APIView):
    """Tightening."""

    permission_classes = [requires(Action.LABEL, Action.REVIEW)]

    @extend_schema(request=TightenInput, responses=TightenedOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Contours of the lesions in the rectangles given; saves nothing."""
        image = one_of(images_for(person(request)), "image", pk=pk)
        asked = [_to_tighten(one) for one in parse(TightenInput, request.data)["shapes"]]
        done = tighten_shapes(image=image, shapes=asked, by=person(request))
        answer = {
            "shapes": [_tightened(one) for one in done.shapes],
            "method": done.method,
            "used_model": done.used_model,
            "ms": done.ms,
        }
        return Response(TightenedOutput(answer).data)


class TightenSetsView(APIView):
    """Tightening whole label sets."""

    permission_classes = [requires(Action.IMPORT)]

    @extend_schema(parameters=[KEY_HEADER], request=TightenSetsInput, responses={202: JobOutput})
    def post(self, request: Request) -> Response:
        """Queue a proposal for each label set of a source: its rectangles as contours, to be accepted."""
        asked = parse(TightenSetsInput, request.data)
        job = queue_tightening(
            project=project_of(request, asked["project"]),
            source=asked["labels"],
            by=person(request),
            idempotency_key=idempotency_key(request),
        )
        return Response(JobOutput(job).data, status=202)


class FindingsView(APIView):
    """Findings as a layer."""

    permission_classes = [requires(Action.SEE_PREDICTIONS)]

    @extend_schema(parameters=[FindingsQuery], responses=FindingsOutput)
    def get(self, request: Request, pk: int) -> HttpResponse:
        """What the champion or the named prediction found, the most certain first, 5,000 at most."""
        image = one_of(images_for(person(request)), "image", pk=pk)
        content = findings_json(
            user=person(request), image=image, **parse(FindingsQuery, request.query_params)
        )
        return HttpResponse(content, content_type="application/json")


def _to_tighten(given: dict[str, Any]) -> ShapeToTighten:
    try:
        shape = shape_from_json(given["shape"], given["geometry"])
    except InvalidShape as error:
        raise Invalid(error.message, remedy=error.remedy, detail={"uuid": str(given["uuid"])}) from error
    return ShapeToTighten(uuid=given["uuid"], shape=shape, lesion_class=given["lesion_class"])


def _tightened(one: TightenedShape) -> dict[str, Any]:
    found = one.polygon
    return {
        "uuid": one.uuid,
        "unchanged": found is None,
        "reason": one.reason,
        "shape": "polygon" if found else None,
        "geometry": found.to_json() if found else None,
        "confidence": round(one.confidence, 4) if found else None,
    }
