"""Comparisons of a candidate with the champion over HTTP."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from core.actions import Action
from core.api.requests import parse
from core.permissions import requires
from inference.api.comparison_outputs import ComparedImageOutput, ComparisonOutput
from inference.api.inputs import ComparedImagesQuery
from inference.api.views import one_of, person
from inference.models import ComparedImage, ModelComparison
from inference.selectors.comparisons import compared_images_for, comparisons_for
from inference.selectors.model_versions import models_for
from inference.services.comparisons import queue_comparison


class ComparisonsView(generics.ListAPIView[ModelComparison]):
    """Comparisons of a model with champions, newest first; starting one."""

    serializer_class = ComparisonOutput
    queryset = ModelComparison.objects.none()

    def get_permissions(self) -> list[Any]:
        """Seeing needs one action, starting another."""
        return [requires(Action.PROMOTE if self.request.method == "POST" else Action.SEE_MODELS)()]

    def get_queryset(self) -> QuerySet[ModelComparison]:
        """Those of the model that the person may see."""
        model = one_of(models_for(person(self.request)), "model", pk=self.kwargs["pk"])
        return comparisons_for(person(self.request)).filter(candidate=model)

    @extend_schema(request=None, responses={202: ComparisonOutput})
    def post(self, request: Request, pk: str) -> Response:
        """Compare the model with today's champion on test images that neither learned from."""
        model = one_of(models_for(person(request)), "model", pk=pk)
        comparison = queue_comparison(candidate=model, by=person(request))
        return Response(ComparisonOutput(comparison).data, status=202)


@extend_schema(parameters=[ComparedImagesQuery])
class ComparedImagesView(generics.ListAPIView[ComparedImage]):
    """The images of a comparison, those furthest apart first."""

    permission_classes = [requires(Action.SEE_MODELS)]
    serializer_class = ComparedImageOutput
    queryset = ComparedImage.objects.none()

    def get_queryset(self) -> QuerySet[ComparedImage]:
        """Those the person may open, narrowed to `?disagree=`."""
        user = person(self.request)
        comparison = one_of(comparisons_for(user), "comparison", pk=self.kwargs["pk"])
        images = compared_images_for(user, comparison)
        asked = parse(ComparedImagesQuery, self.request.query_params)
        return images.filter(disagree=True) if asked["disagree"] else images
