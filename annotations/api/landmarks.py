"""Disc and fovea of an image over HTTP."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.requests import signed_in
from annotations.api.images import SEES_IMAGES
from annotations.api.lookups import one_of
from annotations.api.shapes import POINT
from annotations.selectors import images_for
from annotations.services.landmarks import propose_landmarks


@extend_schema_field({**POINT, "nullable": True})
class PlaceField(serializers.JSONField):
    """[x, y] in pixels of the stored image, or null."""


class ProposedLandmarksOutput(serializers.Serializer[Any]):
    """Places found in the image alone; null where it is not sure. px of the stored image."""

    disc = PlaceField(allow_null=True)
    fovea = PlaceField(allow_null=True)
    disc_diameter = serializers.FloatField(allow_null=True)
    confidence = serializers.FloatField(help_text="0 to 1; the lower of those of what was found")
    disc_confidence = serializers.FloatField()
    fovea_confidence = serializers.FloatField()


class ProposedLandmarksView(APIView):
    """Where disc and fovea seem to be."""

    permission_classes = [SEES_IMAGES]

    @extend_schema(responses=ProposedLandmarksOutput)
    def get(self, request: Request, pk: int) -> Response:
        """A proposal to be looked at: nothing is stored in any reading."""
        image = one_of(images_for(signed_in(request)), "image", pk=pk)
        return Response(ProposedLandmarksOutput(propose_landmarks(image=image)).data)
