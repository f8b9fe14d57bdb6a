"""Predictions, their pictures, and decisions over HTTP."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.models import FundusImage, LesionClass, Patient
from annotations.selectors import images_for
from annotations.selectors.quality import standing_judgement
from core.actions import Action
from core.api.requests import parse
from core.api.serializers import JobOutput
from core.errors import NotFound
from core.permissions import requires
from inference.api.inputs import DecisionsQuery, PatientDecisionQuery, PredictionInput, ProjectQuery
from inference.api.prediction_outputs import (
    DecisionOutput,
    OutdatedOutput,
    PatientDecisionOutput,
    PredictionDetailOutput,
    PredictionOutput,
)
from inference.api.training import KEY_HEADER
from inference.api.views import idempotency_key, one_of, person, project_of
from inference.decision_rules import decide_patient
from inference.models import Finding, ImageDecision, Prediction
from inference.selectors.decisions import (
    PatientDecision,
    current_decisions,
    image_verdict,
    images_with_decisions_for,
    is_by_champions,
    outdated_images,
    patient_decisions,
    patients_with_decisions_for,
    undecided_images,
    unreadable_images,
    withheld_patients,
)
from inference.selectors.predictions import predictions_for
from inference.services.prediction_pictures import HEATMAP, heatmap_png, map_png, overlay_png, style_of
from inference.services.predictions import queue_prediction
from inference.states import WITHHELD

READ_FIRST = {"code": "read_first", "message": "Shown once you have handed in your reading."}
PNG = {(200, "image/png"): OpenApiTypes.BINARY}


class PredictView(APIView):
    """Starting predictions."""

    permission_classes = [requires(Action.PREDICT)]

    @extend_schema(parameters=[KEY_HEADER], request=PredictionInput, responses={202: JobOutput})
    def post(self, request: Request) -> Response:
        """Queue predictions with the champions, or with the models named."""
        asked = parse(PredictionInput, request.data)
        job = queue_prediction(
            project=project_of(request, asked["project"]),
            by=person(request),
            patients=asked.get("patients"),
            images=asked.get("images"),
            models=asked["models"],
            outdated_only=asked["outdated"],
            new_only=asked["new"],
            idempotency_key=idempotency_key(request),
        )
        return Response(JobOutput(job).data, status=202)


class OutdatedView(APIView):
    """Images that the champions have still to see."""

    permission_classes = [requires(Action.PREDICT)]

    @extend_schema(parameters=[ProjectQuery], responses=OutdatedOutput)
    def get(self, request: Request) -> Response:
        """How many images of `?project=` were not decided by all of today's champions, or not at all."""
        project = project_of(request, parse(ProjectQuery, request.query_params)["project"])
        images = outdated_images(user=person(request), project=project).count()
        new = undecided_images(user=person(request), project=project).count()
        unreadable = unreadable_images(user=person(request), project=project).count()
        told = {"images": images, "new": new, "unreadable": unreadable}
        return Response(OutdatedOutput(told).data)


class ImagePredictionsView(generics.ListAPIView[Prediction]):
    """What models said about an image, newest first."""

    permission_classes = [requires(Action.SEE_PREDICTIONS)]
    serializer_class = PredictionOutput
    queryset = Prediction.objects.none()

    def get_queryset(self) -> QuerySet[Prediction]:
        """Predictions of an image the person may open, none before they have read it; 404 for any other."""
        image = one_of(images_for(person(self.request)), "image", pk=self.kwargs["pk"])
        return predictions_for(person(self.request)).filter(image=image)


class PredictionView(generics.RetrieveAPIView[Prediction]):
    """One prediction with its findings."""

    permission_classes = [requires(Action.SEE_PREDICTIONS)]
    serializer_class = PredictionDetailOutput
    queryset = Prediction.objects.none()

    def get_queryset(self) -> QuerySet[Prediction]:
        """Those the person may see."""
        findings = Prefetch("findings", Finding.objects.order_by("-confidence", "id"))
        return predictions_for(person(self.request)).prefetch_related(findings)


class _PictureView(APIView):
    """A picture behind a permission check: PNG, never sniffed, never kept by caches in between."""

    permission_classes = [requires(Action.SEE_PREDICTIONS)]

    def prediction(self, request: Request, pk: int, name: str) -> Prediction:
        """A prediction the person may see, if it has the picture; else NotFound."""
        prediction = one_of(predictions_for(person(request)), "prediction", pk=pk)
        if name not in prediction.maps:
            raise NotFound(f"This prediction has no {name} picture.")
        return prediction

    def answer(self, draw: Callable[[], bytes]) -> HttpResponse:
        """Send the picture; NotFound when its file is gone."""
        try:
            content = draw()
        except FileNotFoundError as error:
            raise NotFound(
                "The picture's file is missing from the storage.", remedy="Restore the storage from a backup."
            ) from error
        response = HttpResponse(content, content_type="image/png")
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        response["Content-Disposition"] = "inline"
        return response


class MapView(_PictureView):
    """The probability map of one class."""

    @extend_schema(responses=PNG)
    def get(self, request: Request, pk: int, lesion_class: str) -> HttpResponse:
        """8-bit gray PNG of the image's shape, at most 1600 px: 255 is certain."""
        prediction = self.prediction(request, pk, _not_heatmap(lesion_class))
        return self.answer(lambda: map_png(prediction, lesion_class=lesion_class))


class OverlayView(_PictureView):
    """The lesions of one class, coloured."""

    @extend_schema(responses=PNG)
    def get(self, request: Request, pk: int, lesion_class: str) -> HttpResponse:
        """RGBA PNG of the image's shape, at most 1600 px, clear where there is no lesion."""
        prediction = self.prediction(request, pk, _not_heatmap(lesion_class))
        known = LesionClass.objects.filter(project=prediction.image.project_id, code=lesion_class)
        color, pattern = known.values_list("color", "pattern").first() or ("", "")
        style = style_of(code=lesion_class, color=color, pattern=pattern)
        return self.answer(lambda: overlay_png(prediction, lesion_class=lesion_class, style=style))


class HeatmapView(_PictureView):
    """The class activation map."""

    @extend_schema(responses=PNG)
    def get(self, request: Request, pk: int) -> HttpResponse:
        """RGBA PNG of the image's shape: what spoke for DR, clear where nothing did."""
        prediction = self.prediction(request, pk, HEATMAP)
        return self.answer(lambda: heatmap_png(prediction))


class ImageDecisionView(APIView):
    """The decision for one image."""

    permission_classes = [requires(Action.SEE_PREDICTIONS)]

    @extend_schema(responses=DecisionOutput)
    def get(self, request: Request, pk: int) -> Response:
        """The champions' decision, else the newest; pending without one, withheld until one has read it."""
        image = one_of(images_for(person(request)), "image", pk=pk)
        if not images_with_decisions_for(person(request)).filter(pk=image.pk).exists():
            return Response(DecisionOutput(_withheld_decision(image)).data)
        decision = current_decisions([image.pk]).get(image.pk)
        return Response(DecisionOutput(_decision(image, decision)).data)


class PatientDecisionView(APIView):
    """The decision for one patient."""

    permission_classes = [requires(Action.SEE_PREDICTIONS)]

    @extend_schema(parameters=[PatientDecisionQuery], responses=PatientDecisionOutput)
    def get(self, request: Request, pk: int) -> Response:
        """Over both eyes, with the reasons; of all exams, or of `?exam=`; withheld until one has read all."""
        patient = one_of(patients_with_decisions_for(person(request)), "patient", pk=pk)
        asked = parse(PatientDecisionQuery, request.query_params)
        if asked["exam"] is not None:
            one_of(patient.exams.all(), "exam", pk=asked["exam"])
        (decision,) = _decisions_told(request, [patient], exam=asked["exam"])
        return Response(PatientDecisionOutput(decision).data)


class DecisionsView(APIView):
    """The decisions for a page of patients."""

    permission_classes = [requires(Action.SEE_PREDICTIONS)]

    @extend_schema(parameters=[DecisionsQuery], responses=PatientDecisionOutput(many=True))
    def get(self, request: Request) -> Response:
        """For the patients of `?patients=1,2,3` that the person may see, in that order."""
        named = [int(part) for part in parse(DecisionsQuery, request.query_params)["patients"].split(",")]
        found = patients_with_decisions_for(person(request)).in_bulk(named)
        patients = [found[pk] for pk in dict.fromkeys(named) if pk in found]
        return Response(PatientDecisionOutput(_decisions_told(request, patients), many=True).data)


def _not_heatmap(lesion_class: str) -> str:
    return "" if lesion_class == HEATMAP else lesion_class


def _decision(image: FundusImage, decision: ImageDecision | None) -> dict[str, Any]:
    verdict = image_verdict(image=image, decision=decision, judgement=standing_judgement(image))
    predictions = [decision.classifier, decision.segmenter] if decision else []
    return {
        "image": image.pk,
        "outcome": verdict.outcome,
        "dr_probability": verdict.probability,
        "dr_threshold": verdict.threshold,
        "referable_probability": verdict.referable_probability,
        "referable_threshold": verdict.referable_threshold,
        "reasons": [asdict(reason) for reason in verdict.reasons],
        "lesions": decision.lesions if decision else {},
        "models": [
            {
                "id": prediction.model_id,
                "task": prediction.task,
                "state": prediction.model.state,
                "prediction": prediction.pk,
            }
            for prediction in predictions
            if prediction is not None
        ],
        "by_champions": is_by_champions(decision),
        "decided_at": decision.created_at if decision else None,
    }


def _withheld_decision(image: FundusImage) -> dict[str, Any]:
    nothing = _decision(image, None)
    return {**nothing, "outcome": WITHHELD, "reasons": [{**READ_FIRST, "eye": None, "image": image.pk}]}


def _decisions_told(
    request: Request, patients: Sequence[Patient], *, exam: int | None = None
) -> list[dict[str, Any]]:
    withheld = withheld_patients(person(request), patients, exam=exam)
    told = {
        one.patient.pk: _patient_decision(one)
        for one in patient_decisions([one for one in patients if one.pk not in withheld], exam=exam)
    }
    return [told.get(one.pk) or _withheld_patient_decision(one) for one in patients]


def _withheld_patient_decision(patient: Patient) -> dict[str, Any]:
    nothing = _patient_decision(PatientDecision(patient=patient, verdict=decide_patient([])))
    return {**nothing, "outcome": WITHHELD, "reasons": [{**READ_FIRST, "eye": None, "image": None}]}


def _patient_decision(decision: PatientDecision) -> dict[str, Any]:
    verdict = decision.verdict
    return {
        "patient": decision.patient.pk,
        "outcome": verdict.outcome,
        "probability": verdict.probability,
        "threshold": verdict.threshold,
        "referable_probability": verdict.referable_probability,
        "referable_threshold": verdict.referable_threshold,
        "needs_human": verdict.needs_human,
        "by_champions": decision.is_by_champions(),
        "reasons": [asdict(reason) for reason in verdict.reasons],
        "eyes": [
            {
                "eye": eye.eye,
                "outcome": eye.outcome,
                "probability": eye.probability,
                "threshold": eye.threshold,
                "by_champions": decision.is_by_champions(eye.images),
                "reasons": [asdict(reason) for reason in eye.reasons],
            }
            for eye in verdict.eyes
        ],
    }
