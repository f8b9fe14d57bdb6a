"""Queues predictions."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from accounts.models import User
from annotations.models import Project
from core.models import Job
from core.services.jobs import queue_job
from inference.errors import NothingToPredict
from inference.selectors.decisions import outdated_images, undecided_images
from inference.selectors.model_versions import chosen_models
from inference.selectors.predictions import images_to_predict

PREDICT_JOB = "inference.predict"


@transaction.atomic
def queue_prediction(
    *,
    project: Project,
    by: User | None,
    patients: Sequence[int] | None = None,
    images: Sequence[int] | None = None,
    models: Sequence[str] = (),
    outdated_only: bool = False,
    new_only: bool = False,
    idempotency_key: str | None = None,
) -> Job:
    """Queue predictions of the named images or patients, or of all that the person may see in the project.

    `by`: None for the system. `outdated_only`: instead of those, the images whose decision does not rest on
    today's champions; `new_only`: instead, those without any decision. The models are fixed now: a promotion
    while the job waits changes nothing.
    Raises NoModel, NotTogether, NotFound for an unknown model, NothingToPredict when no image is left.
    """
    chosen = chosen_models(project=project, names=models)
    if outdated_only or new_only:
        wanted = outdated_images if outdated_only else undecided_images
        patients, images = [], list(wanted(user=by, project=project).values_list("pk", flat=True))
    payload: dict[str, Any] = {
        "project": project.pk,
        "patients": None if patients is None else sorted(set(patients)),
        "images": None if images is None else sorted(set(images)),
        "models": {task.value: model.pk for task, model in chosen.items()},
    }
    count = images_to_predict(
        user=by, project_id=project.pk, patients=payload["patients"], images=payload["images"]
    ).count()
    if not count:
        raise NothingToPredict(
            "No image to predict: none was named that you may see.",
            remedy="Import images first, or name others.",
        )
    names = " and ".join(sorted(task.label.lower() for task in chosen))
    return queue_job(
        kind=PREDICT_JOB,
        payload=payload,
        by=by,
        title=f"Predict {count} {'new ' if new_only else ''}image{'' if count == 1 else 's'} ({names})",
        idempotency_key=idempotency_key,
    )
