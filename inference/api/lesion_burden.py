"""The course of a patient's lesions over HTTP."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.actions import Action
from core.permissions import requires
from inference.api.views import one_of, person
from inference.selectors.decisions import patients_with_decisions_for
from inference.selectors.lesion_burden import lesion_burden


class EyeBurdenOutput(serializers.Serializer[Any]):
    """One eye in one exam; `eye` is OD, OS or empty when it is not known."""

    exam = serializers.IntegerField()
    date = serializers.DateField(allow_null=True)
    eye = serializers.CharField(allow_blank=True)
    images = serializers.IntegerField(help_text="over which the areas are means")
    area_fov_percent = serializers.DictField(child=serializers.FloatField())


class LesionBurdenView(APIView):
    """Lesions over a patient's exams."""

    permission_classes = [requires(Action.SEE_PREDICTIONS)]

    @extend_schema(responses=EyeBurdenOutput(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Each eye of each exam that a model has looked at, by date; exams without a date last."""
        patient = one_of(patients_with_decisions_for(person(request)), "patient", pk=pk)
        burden = lesion_burden(patient, seen_by=person(request))
        return Response(EyeBurdenOutput([asdict(one) for one in burden], many=True).data)
