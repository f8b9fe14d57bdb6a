"""Patients, images and their pictures over HTTP."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.requests import signed_in
from annotations.api.image_corrections import ImageCorrectionInput
from annotations.api.lookups import choice_in, number_in, one_of
from annotations.api.outputs import FundusImageOutput, PatientDetailOutput, PatientOutput
from annotations.models import FundusImage, Patient
from annotations.selectors import assigned_patients, images_for, patients_for
from annotations.selectors.counts import NO_LABELS, of_label_state, with_label_state
from annotations.selectors.quality import with_judgements
from annotations.selectors.trees import with_brief_images, with_images
from annotations.services.image_corrections import Correction, correct_image
from annotations.services.pictures import Layer, open_picture
from annotations.states import Eye, LabelSetState, QualityGrade
from core.actions import Action
from core.api.requests import parse
from core.errors import NotFound
from core.permissions import requires

SEES_IMAGES = requires(Action.SEE_ASSIGNED_IMAGES, Action.SEE_PROJECT_IMAGES, Action.SEE_ALL_PROJECTS)
NO_LABELS_YET = "none"
PROJECT = OpenApiParameter("project", OpenApiTypes.INT)
PICTURE = {
    (200, "image/jpeg"): OpenApiTypes.BINARY,
    (200, "image/png"): OpenApiTypes.BINARY,
    304: None,
}


@extend_schema(
    parameters=[
        PROJECT,
        OpenApiParameter("search", OpenApiTypes.STR, description="Part of the patient's code."),
        OpenApiParameter("assigned", OpenApiTypes.STR, enum=["me"], description="Only my worklist."),
        OpenApiParameter("import", OpenApiTypes.INT, description="Only with images of this import."),
    ]
)
class PatientsView(generics.ListAPIView[Patient]):
    """Patients with images that the person may open, by code."""

    permission_classes = [SEES_IMAGES]
    serializer_class = PatientOutput
    queryset = Patient.objects.none()

    def get_queryset(self) -> QuerySet[Patient]:
        """Narrowed as asked."""
        user = signed_in(self.request)
        of_mine = choice_in(self.request, "assigned", ["me"])
        patients = assigned_patients(user) if of_mine else patients_for(user)
        if (project := number_in(self.request, "project")) is not None:
            patients = patients.filter(project=project)
        if search := self.request.query_params.get("search", "").strip():
            patients = patients.filter(code__icontains=search)
        if (batch := number_in(self.request, "import")) is not None:
            brought = images_for(user).filter(imported_in=batch)
            patients = patients.filter(pk__in=brought.order_by().values("exam__patient"))
        return with_brief_images(patients, user).order_by("code", "pk")


class PatientView(generics.RetrieveAPIView[Patient]):
    """A patient with exams and images."""

    permission_classes = [SEES_IMAGES]
    serializer_class = PatientDetailOutput
    queryset = Patient.objects.none()

    def get_queryset(self) -> QuerySet[Patient]:
        """Those the person may see."""
        user = signed_in(self.request)
        return with_images(patients_for(user), user)


class _Images(generics.GenericAPIView[FundusImage]):
    permission_classes = [SEES_IMAGES]
    serializer_class = FundusImageOutput
    queryset = FundusImage.objects.none()

    def get_queryset(self) -> QuerySet[FundusImage]:
        """Those the person may open."""
        user = signed_in(self.request)
        return with_judgements(with_label_state(images_for(user), user))


@extend_schema(
    parameters=[
        PROJECT,
        OpenApiParameter("patient", OpenApiTypes.INT),
        OpenApiParameter(
            "state",
            OpenApiTypes.STR,
            enum=[NO_LABELS_YET, *LabelSetState.values],
            description="By `label_state`; `none` for images without labels.",
        ),
        OpenApiParameter(
            "quality",
            OpenApiTypes.STR,
            enum=QualityGrade.values,
            description="As people say, else as measured.",
        ),
    ]
)
class ImagesView(_Images, generics.ListAPIView[FundusImage]):
    """Images that the person may open."""

    def get_queryset(self) -> QuerySet[FundusImage]:
        """Narrowed as asked."""
        images: QuerySet[Any] = super().get_queryset()
        if (project := number_in(self.request, "project")) is not None:
            # The patient's project is the same; told so, a database goes by patients' codes and stops early.
            images = images.filter(project=project, exam__patient__project=project)
        if (patient := number_in(self.request, "patient")) is not None:
            images = images.filter(exam__patient=patient)
        if state := choice_in(self.request, "state", [NO_LABELS_YET, *LabelSetState.values]):
            user = signed_in(self.request)
            images = of_label_state(images, user, NO_LABELS if state == NO_LABELS_YET else state)
        if quality := choice_in(self.request, "quality", QualityGrade.values):
            images = images.filter(quality_grade=quality)
        return images.order_by("exam__patient__code", "eye", "pk")


class ImageView(_Images, generics.RetrieveAPIView[FundusImage]):
    """One image."""

    def get_permissions(self) -> list[BasePermission]:
        """Who sees images reads it; who brings images in corrects it."""
        return [requires(Action.IMPORT)() if self.request.method == "PATCH" else SEES_IMAGES()]

    @extend_schema(request=ImageCorrectionInput, responses=FundusImageOutput)
    def patch(self, request: Request, pk: int) -> Response:
        """Correct which eye it shows, or its field; decisions for the patient follow at once."""
        user = signed_in(request)
        asked = parse(ImageCorrectionInput, request.data)
        eye = Eye(asked["eye"]) if "eye" in asked else None
        correct_image(
            image=one_of(images_for(user), "image", pk=pk),
            correction=Correction(eye=eye, field=asked.get("field")),
            by=user,
        )
        return self.retrieve(request)


class PictureView(APIView):
    """The one way to an image's pixels."""

    permission_classes = [SEES_IMAGES]

    @extend_schema(
        parameters=[OpenApiParameter("layer", OpenApiTypes.STR, "path", enum=[one.value for one in Layer])],
        responses=PICTURE,
    )
    def get(self, request: Request, pk: int, layer: str) -> HttpResponseBase:
        """One layer; all but the original are black outside the retina.

        `preview` is at most 1600 pixels long, `thumbnail` 320; the others have the image's own size.
        `red_free` is the green channel, grey and stretched; `clahe` has its local contrast raised.
        """
        image = one_of(images_for(signed_in(request)), "image", pk=pk)
        if layer not in [one.value for one in Layer]:
            raise NotFound("There is no such layer.", remedy=f"Use one of: {', '.join(Layer)}.")
        picture = open_picture(image=image, layer=Layer(layer))
        tag = f'"{picture.tag}"'
        if request.headers.get("If-None-Match") == tag:
            picture.file.close()
            return _guarded(HttpResponse(status=304), tag)
        response = FileResponse(picture.file, content_type=picture.media_type)
        ending = "png" if picture.media_type == "image/png" else "jpg"
        response["Content-Disposition"] = f'inline; filename="image-{pk}-{layer}.{ending}"'
        return _guarded(response, tag)


def _guarded(response: HttpResponseBase, tag: str) -> HttpResponseBase:
    """Headers of every picture: never sniffed, never kept by a cache."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["ETag"] = tag
    return response
