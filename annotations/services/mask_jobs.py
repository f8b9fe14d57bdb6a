"""Queues mask building, after a look whether there is anything to build."""

from django.db import transaction

from accounts.models import User
from annotations.models import Project
from annotations.selectors import LabelTask, chosen_label_sets
from annotations.services.masks import no_label_sets
from core.models import Job
from core.services.jobs import queue_job


@transaction.atomic
def queue_mask_building(*, project: Project, source: str | None, by: User) -> Job:
    """Queue the job. Raises UnknownLabelSource, NothingToBuild: at once, not minutes later in the job."""
    if not chosen_label_sets(project=project, task=LabelTask.SEGMENTER, source=source).exists():
        raise no_label_sets(project)
    return queue_job(
        kind="annotations.build_masks",
        payload={"project": project.pk, "labels": source},
        by=by,
        title=f"Build masks of {project}" + (f" from {source}" if source else ""),
    )
