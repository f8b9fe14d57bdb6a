"""Text in the corners of pictures over HTTP: looked at, then blanked or let be."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.requests import signed_in
from annotations.api.inputs import BurnedTextInput
from annotations.api.lookups import choice_in, number_in, one_of
from annotations.models import FundusImage
from annotations.selectors import images_with_text_for
from annotations.services.burned_text import decide_burned_text, draw_burned_text
from annotations.states import BurnedText
from core.actions import Action
from core.api.requests import parse
from core.permissions import requires

IMPORTS = [requires(Action.IMPORT)]


class BurnedTextOutput(serializers.ModelSerializer[FundusImage]):
    """An image with text in its corners."""

    patient_code = serializers.CharField(source="exam.patient.code", read_only=True)
    state = serializers.SerializerMethodField()
    boxes = serializers.SerializerMethodField()

    class Meta:
        model = FundusImage
        fields = ["id", "patient_code", "eye", "source_name", "width", "height", "state", "boxes"]
        read_only_fields = fields

    def get_state(self, image: FundusImage) -> BurnedText:
        """Found, blanked or dismissed."""
        return BurnedText(image.burned_text["state"])

    def get_boxes(self, image: FundusImage) -> list[list[int]]:
        """Each [x, y, width, height] in pixels of the image."""
        return list(image.burned_text["boxes"])


class DecidedOutput(serializers.Serializer[Any]):
    """What a decision changed."""

    changed = serializers.IntegerField()


class BurnedTextsView(generics.ListAPIView[FundusImage]):
    """Images with text in their corners."""

    permission_classes = IMPORTS
    serializer_class = BurnedTextOutput
    queryset = FundusImage.objects.none()

    def get_queryset(self) -> QuerySet[FundusImage]:
        """Narrowed as asked."""
        images = images_with_text_for(signed_in(self.request))
        if (batch := number_in(self.request, "batch")) is not None:
            images = images.filter(imported_in=batch)
        if (project := number_in(self.request, "project")) is not None:
            images = images.filter(project=project)
        if state := choice_in(self.request, "state", BurnedText.values):
            images = images.filter(burned_text__state=state)
        return images.order_by("pk")

    @extend_schema(
        parameters=[
            OpenApiParameter("batch", OpenApiTypes.INT, description="An import."),
            OpenApiParameter("project", OpenApiTypes.INT),
            OpenApiParameter("state", OpenApiTypes.STR, enum=BurnedText.values),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Those of an import or a project, by what became of them."""
        return super().get(request, *args, **kwargs)

    @extend_schema(request=BurnedTextInput, responses=DecidedOutput)
    def post(self, request: Request) -> Response:
        """Blank the text in all pictures that are shown and exported, or let it stay."""
        user = signed_in(request)
        asked = parse(BurnedTextInput, request.data)
        images = images_with_text_for(user)
        if "images" in asked:
            images = images.filter(pk__in=asked["images"])
        if "batch" in asked:
            images = images.filter(imported_in=asked["batch"], burned_text__state=BurnedText.FOUND)
        chosen = list(images.values_list("pk", flat=True))
        changed = decide_burned_text(images=chosen, state=BurnedText(asked["state"]), by=user)
        return Response({"changed": changed})


class BurnedTextPictureView(APIView):
    """The text itself."""

    permission_classes = IMPORTS

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> HttpResponse:
        """What stands in the boxes, one below the other, as the camera wrote it."""
        image = one_of(images_with_text_for(signed_in(request)), "image with text", pk=pk)
        response = HttpResponse(draw_burned_text(image), content_type="image/jpeg")
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        response["Content-Disposition"] = f'inline; filename="image-{pk}-text.jpg"'
        return response
