"""Where findings lie, over HTTP."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.api.landmarks import PlaceField
from annotations.selectors.places import Places, places_of
from annotations.services.landmarks import propose_landmarks
from core.actions import Action
from core.api.requests import parse
from core.permissions import requires
from imaging.anatomy import Quadrant
from inference.api.views import one_of, person
from inference.models import Finding
from inference.selectors.decisions import images_with_decisions_for
from inference.selectors.finding_places import finding_places, marked_places
from inference.selectors.findings import MOST_FINDINGS, layer_prediction


class FindingPlacesQuery(serializers.Serializer[Any]):
    """Whose findings."""

    prediction = serializers.IntegerField(
        required=False, help_text="of this prediction; else of the champion segmenter"
    )


class FindingPlaceOutput(serializers.Serializer[Any]):
    """Where one finding lies; null where the places that it takes are not known."""

    uuid = serializers.UUIDField()
    quadrant = serializers.ChoiceField(choices=[one.value for one in Quadrant], allow_null=True)
    to_fovea_px = serializers.FloatField(allow_null=True, help_text="0 where the fovea lies in it")


class FindingPlacesOutput(serializers.Serializer[Any]):
    """Disc and fovea with whoever says so, and the findings' places by them. px of the stored image."""

    told_by = serializers.ChoiceField(
        choices=["reading", "picture", "nobody"],
        help_text="a person's reading, else the picture alone: to be taken with care",
    )
    disc = PlaceField(allow_null=True)
    fovea = PlaceField(allow_null=True)
    disc_diameter = serializers.FloatField(allow_null=True)
    findings = FindingPlaceOutput(many=True)


class FindingPlacesView(APIView):
    """Where findings lie."""

    permission_classes = [requires(Action.SEE_PREDICTIONS)]

    @extend_schema(parameters=[FindingPlacesQuery], responses=FindingPlacesOutput)
    def get(self, request: Request, pk: int) -> Response:
        """Quadrant and distance to the fovea of each finding, by disc and fovea."""
        asked = parse(FindingPlacesQuery, request.query_params)
        image = one_of(images_with_decisions_for(person(request)), "image", pk=pk)
        marked = marked_places(user=person(request), image=image)
        places = marked or places_of(asdict(propose_landmarks(image=image)))
        prediction = layer_prediction(user=person(request), image=image, **asked)
        found = Finding.objects.filter(prediction=prediction) if prediction else Finding.objects.none()
        answer = {
            "told_by": _told_by(places, is_marked=marked is not None),
            "disc": places.disc,
            "fovea": places.fovea,
            "disc_diameter": places.disc_diameter,
            "findings": [asdict(one) for one in finding_places(found[:MOST_FINDINGS], places=places)],
        }
        return Response(FindingPlacesOutput(answer).data)


def _told_by(places: Places, *, is_marked: bool) -> str:
    if places.disc is None and places.fovea is None:
        return "nobody"
    return "reading" if is_marked else "picture"
