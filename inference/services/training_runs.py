"""Queues training runs."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.models import User
from annotations.models import Project
from core.models import Job
from core.services import audit
from core.services.jobs import queue_job
from inference.errors import NoModel, refusals_of_ml
from inference.ml.architectures import architecture_of
from inference.ml.presets import Preset, preset_named, settings_for
from inference.ml.settings import as_json
from inference.models import ModelVersion, TrainingRun
from inference.selectors.datasets import Fractions, plan_dataset
from inference.selectors.model_versions import champions
from inference.services.freeze_dataset import require_ready
from inference.states import ModelTask

TRAIN_JOB = "inference.train"


@transaction.atomic
def queue_training_run(
    *,
    project: Project,
    task: ModelTask,
    preset: str,
    by: User | None,
    labels: str = "",
    seed: int = 1,
    settings: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> TrainingRun:
    """Write a run and its job together. With an idempotency key a second request returns the first one's run.

    Refuses now what can be known now: MlRefusal for an unknown preset or setting, UnknownLabelSource,
    NotReady when the labels at hand can't train this model, NoModel when it reads the findings of a segmenter
    and there is no champion one.
    """
    earlier = _earlier_run(by, idempotency_key)
    if earlier is not None:
        return earlier
    changed, chosen = checked_settings(task=task, preset=preset, settings=settings or {})
    fractions = Fractions.of_preset(preset, changed)
    require_ready(plan_dataset(project=project, task=task, labels=labels, fractions=fractions))
    run = TrainingRun.objects.create(
        project=project,
        task=task,
        preset=preset,
        settings=changed,
        seed=seed,
        labels_source=labels,
        lesion_finder=lesion_finder_for(project=project, preset=chosen),
        queued_by=by,
    )
    job = queue_job(
        kind=TRAIN_JOB,
        payload={"run": run.pk},
        by=by,
        title=f"Train {chosen.title}",
        idempotency_key=idempotency_key,
    )
    run.job = job
    run.save(update_fields=["job"])
    audit.record(
        actor=by,
        action="training.queue",
        obj=run,
        after={"task": task, "preset": preset, "settings": changed, "seed": seed, "labels": labels},
    )
    return run


def lesion_finder_for(*, project: Project, preset: Preset) -> ModelVersion | None:
    """The champion segmenter where a preset trains a classifier that reads its findings, else None."""
    if not architecture_of(preset.settings).reads_lesions:
        return None
    champion = champions(project).get(ModelTask.SEGMENTER)
    if champion is None:
        raise NoModel(
            f"{preset.title} reads what a champion segmenter finds, and this project has none.",
            remedy="Train and promote a segmenter first, or choose a classifier that sees the picture alone.",
        )
    return champion


def checked_settings(
    *, task: ModelTask, preset: str, settings: Mapping[str, Any]
) -> tuple[dict[str, Any], Preset]:
    """The changed settings as JSON values, and their preset. Raises MlRefusal."""
    with refusals_of_ml():
        chosen = preset_named(preset, task=task.value)
        complete = as_json(settings_for(chosen, settings))
    return {name: complete[name] for name in settings}, chosen


def _earlier_run(by: User | None, idempotency_key: str | None) -> TrainingRun | None:
    if idempotency_key is None:
        return None
    job = Job.objects.filter(requested_by=by, idempotency_key=idempotency_key, kind=TRAIN_JOB).first()
    return TrainingRun.objects.filter(job=job).first() if job else None
