"""Presets, datasets, readiness and training runs over HTTP."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.selectors import label_choices
from core.actions import Action
from core.api.requests import parse
from core.permissions import requires
from inference.api.inputs import DatasetQuery, ReadinessQuery, TrainingRunInput
from inference.api.training_outputs import (
    DatasetItemOutput,
    DatasetVersionOutput,
    EpochOutput,
    PresetOutput,
    ReadinessOutput,
    TrainingRunDetailOutput,
    TrainingRunOutput,
)
from inference.api.views import idempotency_key, one_of, person, project_of
from inference.ml.presets import PRESETS
from inference.ml.settings import provenance
from inference.models import DatasetItem, DatasetVersion, TrainingRun
from inference.selectors.comparisons import images_since
from inference.selectors.datasets import (
    Fractions,
    dataset_items_for,
    datasets_for,
    plan_dataset,
)
from inference.selectors.model_versions import champions
from inference.selectors.training_runs import briefly, epochs_of, runs_for
from inference.services.training_runs import queue_training_run
from inference.states import ModelTask

KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Sending the same key again starts nothing new.",
)


class PresetsView(APIView):
    """Named starting points for a training."""

    permission_classes = [requires(Action.SEE_MODELS)]

    @extend_schema(responses=PresetOutput(many=True))
    def get(self, request: Request) -> Response:
        """All presets; each setting with its value and where that comes from."""
        presets = [
            {
                "name": preset.name,
                "task": preset.task,
                "title": preset.title,
                "description": preset.description,
                "settings": provenance(preset.settings),
                "study": preset.is_study,
                "gpu": preset.wants_gpu,
            }
            for preset in PRESETS.values()
        ]
        return Response(PresetOutput(presets, many=True).data)


@extend_schema(parameters=[DatasetQuery])
class DatasetVersionsView(generics.ListAPIView[DatasetVersion]):
    """Frozen datasets, newest first."""

    permission_classes = [requires(Action.SEE_MODELS)]
    serializer_class = DatasetVersionOutput
    queryset = DatasetVersion.objects.none()

    def get_queryset(self) -> QuerySet[DatasetVersion]:
        """Those the person may see, narrowed to `?project=` and `?task=`."""
        return datasets_for(person(self.request)).filter(**parse(DatasetQuery, self.request.query_params))


class DatasetVersionView(generics.RetrieveAPIView[DatasetVersion]):
    """One frozen dataset."""

    permission_classes = [requires(Action.SEE_MODELS)]
    serializer_class = DatasetVersionOutput
    queryset = DatasetVersion.objects.none()

    def get_queryset(self) -> QuerySet[DatasetVersion]:
        """Those the person may see."""
        return datasets_for(person(self.request))


class DatasetItemsView(generics.ListAPIView[DatasetItem]):
    """The images of a frozen dataset."""

    permission_classes = [requires(Action.SEE_MODELS)]
    serializer_class = DatasetItemOutput
    queryset = DatasetItem.objects.none()

    def get_queryset(self) -> QuerySet[DatasetItem]:
        """Items of a dataset the person may see; 404 for any other."""
        dataset = one_of(datasets_for(person(self.request)), "dataset", pk=self.kwargs["pk"])
        return dataset_items_for(person(self.request)).filter(dataset=dataset)


class ReadinessView(APIView):
    """Whether a model could be trained now."""

    permission_classes = [requires(Action.TRAIN)]

    @extend_schema(parameters=[ReadinessQuery], responses=ReadinessOutput)
    def get(self, request: Request) -> Response:
        """What a training started now would learn from, and what stands in its way."""
        asked = parse(ReadinessQuery, request.query_params)
        plan = plan_dataset(
            project=project_of(request, asked["project"]),
            task=ModelTask(asked["task"]),
            labels=asked["labels"],
            fractions=Fractions.of_preset(asked["preset"]),
        )
        champion = champions(plan.project).get(plan.task)
        readiness = {
            "champion": champion.pk if champion else None,
            "new_images": images_since(champion, (item.image.pk for item in plan.items))
            if champion
            else None,
            "ready": not plan.problems,
            "images": len(plan.items),
            "patients": plan.patients,
            "positives": plan.with_label(1),
            "negatives": plan.with_label(0),
            "regions": plan.regions_per_class(),
            "problems": plan.problems,
            "sources": label_choices(plan.project),
        }
        return Response(ReadinessOutput(readiness).data)


@extend_schema(parameters=[DatasetQuery])
class TrainingRunsView(generics.ListAPIView[TrainingRun]):
    """Training runs, newest first; starting one."""

    queryset = TrainingRun.objects.none()
    serializer_class = TrainingRunOutput

    def get_permissions(self) -> list[Any]:
        """Seeing needs one action, starting another."""
        return [requires(Action.TRAIN if self.request.method == "POST" else Action.SEE_MODELS)()]

    def get_queryset(self) -> QuerySet[TrainingRun]:
        """Those the person may see, narrowed to `?project=` and `?task=`; a search lists its own trials."""
        runs = briefly(runs_for(person(self.request))).filter(trial=None)
        return runs.filter(**parse(DatasetQuery, self.request.query_params))

    @extend_schema(parameters=[KEY_HEADER], request=TrainingRunInput, responses={202: TrainingRunOutput})
    def post(self, request: Request) -> Response:
        """Queue a training; refused at once when the labels at hand can't train the model."""
        asked = parse(TrainingRunInput, request.data)
        run = queue_training_run(
            project=project_of(request, asked["project"]),
            task=ModelTask(asked["task"]),
            preset=asked["preset"],
            labels=asked["labels"],
            seed=asked["seed"],
            settings=asked["settings"],
            by=person(request),
            idempotency_key=idempotency_key(request),
        )
        return Response(TrainingRunOutput(run).data, status=202)


class TrainingRunView(generics.RetrieveAPIView[TrainingRun]):
    """One training run with its job, dataset and the end of its log."""

    permission_classes = [requires(Action.SEE_MODELS)]
    serializer_class = TrainingRunDetailOutput
    queryset = TrainingRun.objects.none()

    def get_queryset(self) -> QuerySet[TrainingRun]:
        """Those the person may see."""
        return runs_for(person(self.request)).select_related("dataset__frozen_by", "trial")


class EpochsView(APIView):
    """The curves of a run."""

    permission_classes = [requires(Action.SEE_MODELS)]

    @extend_schema(responses=EpochOutput(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """One row for each finished epoch."""
        run = one_of(runs_for(person(request)), "training run", pk=pk)
        return Response(EpochOutput(epochs_of(run), many=True).data)
