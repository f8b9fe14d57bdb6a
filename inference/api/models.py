"""The model registry over HTTP."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.actions import Action
from core.api.requests import parse
from core.permissions import requires
from inference.api.inputs import DatasetQuery, PromotionInput, ReasonInput
from inference.api.training_outputs import ModelVersionDetailOutput, ModelVersionOutput, PromotionOutput
from inference.api.views import one_of, person
from inference.models import ModelVersion, Promotion
from inference.selectors.model_versions import models_for, with_brief_cards
from inference.services.model_registry import promote_model, retire_model, roll_back
from inference.states import ModelState


class ModelsQuery(DatasetQuery):
    """Narrows the list of models."""

    state = serializers.ChoiceField(choices=ModelState.choices, required=False)


@extend_schema(parameters=[ModelsQuery])
class ModelsView(generics.ListAPIView[ModelVersion]):
    """Model versions, newest first."""

    permission_classes = [requires(Action.SEE_MODELS)]
    serializer_class = ModelVersionOutput
    queryset = ModelVersion.objects.none()

    def get_queryset(self) -> QuerySet[ModelVersion]:
        """Those the person may see, narrowed to `?project=`, `?task=` and `?state=`."""
        narrowed: dict[str, Any] = parse(ModelsQuery, self.request.query_params)
        models = models_for(person(self.request)).filter(**narrowed)
        return with_brief_cards(models)


class ModelView(generics.RetrieveAPIView[ModelVersion]):
    """One model version with its card."""

    permission_classes = [requires(Action.SEE_MODELS)]
    serializer_class = ModelVersionDetailOutput
    queryset = ModelVersion.objects.none()

    def get_queryset(self) -> QuerySet[ModelVersion]:
        """Those the person may see."""
        return models_for(person(self.request)).prefetch_related(
            "runs", "promotions__by", "promotions__model", "promotions__replaced"
        )


class PromoteView(APIView):
    """Promotion."""

    permission_classes = [requires(Action.PROMOTE)]

    @extend_schema(request=PromotionInput, responses=ModelVersionDetailOutput)
    def post(self, request: Request, pk: str) -> Response:
        """Make a model version its task's champion; whoever trained it can't."""
        model = one_of(models_for(person(request)), "model", pk=pk)
        reason = parse(PromotionInput, request.data)["reason"]
        promote_model(model=model, by=person(request), reason=reason)
        return Response(ModelVersionDetailOutput(model).data)


@extend_schema(parameters=[DatasetQuery])
class PromotionsView(generics.ListAPIView[Promotion]):
    """Who made which model the champion, newest first."""

    permission_classes = [requires(Action.SEE_MODELS)]
    serializer_class = PromotionOutput
    queryset = Promotion.objects.none()

    def get_queryset(self) -> QuerySet[Promotion]:
        """Those of models that the person may see, narrowed to `?project=` and `?task=`."""
        narrowed: dict[str, Any] = parse(DatasetQuery, self.request.query_params)
        models = models_for(person(self.request)).filter(**narrowed)
        return Promotion.objects.filter(model__in=models.values("pk")).select_related(
            "model", "replaced", "by"
        )


class RollBackView(APIView):
    """Going back to the champion before."""

    permission_classes = [requires(Action.PROMOTE)]

    @extend_schema(request=None, responses=ModelVersionDetailOutput)
    def post(self, request: Request, pk: str) -> Response:
        """Retire this champion and bring back the one that it replaced; answers with that one."""
        model = one_of(models_for(person(request)), "model", pk=pk)
        earlier = roll_back(model=model, by=person(request))
        return Response(ModelVersionDetailOutput(earlier).data)


class RetireView(APIView):
    """Taking a model out of use."""

    permission_classes = [requires(Action.PROMOTE)]

    @extend_schema(request=ReasonInput, responses=ModelVersionDetailOutput)
    def post(self, request: Request, pk: str) -> Response:
        """Retire a candidate or champion; what it predicted stays. A task may be left without a champion."""
        model = one_of(models_for(person(request)), "model", pk=pk)
        reason = parse(ReasonInput, request.data)["reason"]
        retire_model(model=model, by=person(request), reason=reason)
        return Response(ModelVersionDetailOutput(model).data)
