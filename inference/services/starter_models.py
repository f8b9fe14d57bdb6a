"""The models that come with Fovea: taken in, crowned where a task has no champion, asked about samples."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import transaction

from annotations.models import Patient, Project
from core.errors import DomainError, Invalid
from core.models import Job
from inference.models import ModelVersion
from inference.services.model_registry import crown_first_champion, register_folder
from inference.services.predictions import queue_prediction

STARTER_FOLDER = Path(settings.ROOT) / "inference" / "starter"
IDS_FILE = "ids.json"
CARD_PART = "starter"
REASON = (
    "Starter model: this task had no champion. Nothing was replaced, so no second person was asked. "
    "Train a model on your own images and promote it in this one's place."
)


@dataclass(slots=True, kw_only=True)
class StarterReport:
    """What was registered and crowned just now, what was refused, and the job that asks the champions."""

    registered: list[ModelVersion] = field(default_factory=list)
    champions: list[ModelVersion] = field(default_factory=list)
    refused: list[DomainError] = field(default_factory=list)
    predicting: Job | None = None


def register_starter_models(*, project: Project, folder: Path = STARTER_FOLDER) -> StarterReport:
    """Register the starter models that the project lacks, as the system; safe to repeat.

    One becomes the champion only where its task has no other model and never had a champion; then the
    project's synthetic patients are predicted by a job. A model whose files are not those that `ids.json`
    names is refused, the other goes on.
    Without that file there is nothing to do.
    """
    report = StarterReport()
    starters: list[ModelVersion] = []
    try:
        ids = starter_ids(folder)
    except Invalid as error:
        report.refused.append(error)
        return report
    for task, model_id in sorted(ids.items()):
        model = ModelVersion.objects.filter(pk=model_id).first()
        if model is None:
            try:
                model = register_folder(folder=folder / task, project=project, by=None, expected_id=model_id)
            except DomainError as error:
                report.refused.append(error)
                continue
            report.registered.append(model)
        if model.project_id == project.pk:
            starters.append(model)
    _crown(starters, project, report)
    return report


def starter_ids(folder: Path) -> dict[str, str]:
    """Task -> id of the model version that lies in the folder of that name; empty where there is no list.

    Raises Invalid for a list that can't be read.
    """
    path = folder / IDS_FILE
    if not path.is_file():
        return {}
    try:
        return {str(task): str(model_id) for task, model_id in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, AttributeError) as error:
        raise Invalid(f"{path} can't be read: {error}", remedy="Restore it from the repository.") from error


@transaction.atomic
def _crown(models: Sequence[ModelVersion], project: Project, report: StarterReport) -> None:
    """Crown those that are the first of their task, and have the sample patients predicted by them."""
    report.champions = [model for model in models if crown_first_champion(model=model, reason=REASON)]
    samples = Patient.objects.filter(project=project, is_synthetic=True, exams__images__isnull=False)
    patients = list(samples.distinct().values_list("pk", flat=True))
    if report.champions and patients:
        report.predicting = queue_prediction(project=project, by=None, patients=patients)
