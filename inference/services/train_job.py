"""Does a queued training run: freeze, train in a child process, take the model into the registry.

Every step may be cut short by kill -9 and is picked up by the next attempt: a frozen dataset is used again,
training goes on from its newest checkpoint, a finished model that was not registered yet is registered.
"""

import logging
from functools import partial
from typing import Any

from core.errors import DomainError
from core.services import audit
from core.services.job_context import JobCancelled, JobContext
from inference.ml.errors import MlError
from inference.ml.model_store import load_model
from inference.models import DatasetVersion, ModelVersion, TrainingEpoch, TrainingRun
from inference.selectors.datasets import Fractions, plan_dataset
from inference.services.freeze_dataset import freeze_dataset
from inference.services.model_files import store_model
from inference.services.model_registry import register_trained_model
from inference.services.training_child import train_in_child
from inference.services.training_files import (
    model_folder,
    remove_abandoned_work_folders,
    remove_work_folder,
    training_input,
)
from inference.states import ModelTask

log = logging.getLogger(__name__)


def train(context: JobContext) -> dict[str, Any]:
    """Do the run named in the job's payload; returns `{run, model, metrics}`.

    Raises DomainError for what a person must mend, JobCancelled, WorkerStopping, LostLease.
    """
    run = TrainingRun.objects.select_related("project", "queued_by", "dataset", "model").get(
        pk=context.payload["run"]
    )
    if run.model is None:
        remove_abandoned_work_folders()
        try:
            _train_and_register(context, run)
        except (JobCancelled, DomainError):  # no attempt follows
            with context.fenced():  # unless this one was thought dead, and another goes on from here
                remove_work_folder(run)
            raise
    remove_work_folder(run)
    return {"run": run.pk, "model": run.model_id, "metrics": run.metrics}


def _train_and_register(context: JobContext, run: TrainingRun) -> None:
    dataset = _frozen_dataset(context, run)
    if not _has_finished_model(run):
        settings = training_input(run=run, dataset=dataset, attempt=context.job.attempt)
        train_in_child(context=context, run=run, settings=settings)
    _register(context, run)


def _frozen_dataset(context: JobContext, run: TrainingRun) -> DatasetVersion:
    """The run's dataset version; frozen by its first attempt, used again by later ones."""
    if run.dataset is not None:
        return run.dataset
    context.progress(0, 0, "Freezing the dataset")
    plan = plan_dataset(
        project=run.project,
        task=ModelTask(run.task),
        labels=run.labels_source,
        fractions=Fractions.of_preset(run.preset, run.settings),
    )
    dataset = freeze_dataset(
        plan=plan, by=run.queued_by, fence=context.fenced, on_progress=partial(context.progress)
    )
    with context.fenced():
        TrainingRun.objects.filter(pk=run.pk).update(dataset=dataset)
    run.dataset = dataset
    return dataset


def _has_finished_model(run: TrainingRun) -> bool:
    """Whether an earlier attempt finished the model and died before it was registered."""
    try:
        load_model(model_folder(run))
    except MlError:
        return False
    return True


def _register(context: JobContext, run: TrainingRun) -> ModelVersion:
    """Store the run's model and register it with the run, in one fenced transaction."""
    context.progress(0, 0, "Registering the model")
    stored = store_model(folder=model_folder(run))
    with context.fenced():
        model = register_trained_model(stored=stored, project=run.project, by=run.queued_by)
        run.model = model
        run.metrics = stored.card.get("metrics") or {}
        run.notes = list(dict.fromkeys([*run.notes, *(stored.card.get("limits") or ())]))
        run.save(update_fields=["model", "metrics", "notes"])
        _complete_curves(context, run, stored.card.get("history") or [])
        context.progress(1, 1, f"Model registered as {model.pk[:10]}")
        audit.record(actor=run.queued_by, action="training.finish", obj=run, after={"model": model.pk})
    return model


def _complete_curves(context: JobContext, run: TrainingRun, history: list[dict[str, Any]]) -> None:
    """Add the points whose event was lost when a worker died; the card has them all. Inside a fence."""
    known = set(run.epochs.values_list("epoch", flat=True))
    TrainingEpoch.objects.bulk_create(
        TrainingEpoch(
            run=run,
            epoch=point["epoch"],
            attempt=context.job.attempt,
            seconds=point.get("seconds") or 0,
            metrics=point.get("metrics") or {},
        )
        for point in history
        if point["epoch"] not in known
    )
