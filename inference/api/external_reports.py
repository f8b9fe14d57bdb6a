"""Scores of a model on data that it did not learn from, over HTTP."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.actions import Action
from core.api.requests import parse
from core.api.serializers import JobOutput
from core.permissions import requires
from inference.api.fields import FactsField, NumbersField
from inference.api.views import one_of, person
from inference.models import DatasetVersion, ExternalReport
from inference.selectors.datasets import datasets_for
from inference.selectors.model_versions import models_for
from inference.services.external_reports import queue_external_report


class ExternalReportInput(serializers.Serializer[Any]):
    """What to score a model on."""

    dataset = serializers.IntegerField(help_text="a dataset version of the model's task")


class PlaceOutput(serializers.Serializer[Any]):
    """Where images come from; empty where that is not known."""

    site = serializers.CharField(allow_blank=True)
    camera = serializers.CharField(allow_blank=True)
    images = serializers.IntegerField()


class ExternalReportOutput(serializers.ModelSerializer[ExternalReport]):
    """A model on other data; without scores until its job has ended."""

    job = JobOutput(allow_null=True, read_only=True)
    dataset_version = serializers.IntegerField(
        source="dataset.number", default=None, allow_null=True, read_only=True
    )
    asked_by = serializers.CharField(
        source="asked_by.username", default=None, allow_null=True, read_only=True
    )
    left_out = NumbersField(
        read_only=True, help_text="images by why: photograph, patient, near_duplicate, unlabelled, unreadable"
    )
    places = PlaceOutput(many=True, read_only=True)
    scores = FactsField(read_only=True, help_text="as a model's card has them for its test images")
    notes = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = ExternalReport
        fields = [
            "id",
            "model",
            "dataset",
            "dataset_version",
            "job",
            "name",
            "images",
            "patients",
            "left_out",
            "places",
            "scores",
            "notes",
            "asked_by",
            "created_at",
            "finished_at",
        ]
        read_only_fields = fields


class ExternalReportsView(generics.ListAPIView[ExternalReport]):
    """A model's reports on other data, newest first; asking for one."""

    serializer_class = ExternalReportOutput
    queryset = ExternalReport.objects.none()

    def get_permissions(self) -> list[Any]:
        """Seeing needs one action, starting another."""
        return [requires(Action.PROMOTE if self.request.method == "POST" else Action.SEE_MODELS)()]

    def get_queryset(self) -> QuerySet[ExternalReport]:
        """Those of the model that the person may see."""
        model = one_of(models_for(person(self.request)), "model", pk=self.kwargs["pk"])
        return model.external_reports.select_related("job__requested_by", "dataset", "asked_by")

    @extend_schema(request=ExternalReportInput, responses={202: ExternalReportOutput})
    def post(self, request: Request, pk: str) -> Response:
        """Score the model on all images of a dataset version that it did not learn from."""
        model = one_of(models_for(person(request)), "model", pk=pk)
        named = parse(ExternalReportInput, request.data)["dataset"]
        dataset: DatasetVersion = one_of(datasets_for(person(request)), "dataset version", pk=named)
        report = queue_external_report(model=model, dataset=dataset, by=person(request))
        return Response(ExternalReportOutput(report).data, status=202)
