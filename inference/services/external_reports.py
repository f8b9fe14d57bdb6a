"""Queues reports of a model on a dataset that it did not learn from."""

from django.db import transaction

from accounts.models import User
from core.services import audit
from core.services.jobs import queue_job
from core.states import JobState
from inference.errors import CanNotScore
from inference.models import DatasetVersion, ExternalReport, ModelVersion
from inference.selectors.unseen_images import (
    FEWEST_IMAGES,
    FEWEST_PATIENTS,
    items_of,
    learned_with_others,
    too_few,
    unfit_to_judge,
    without_learned,
)

EXTERNAL_JOB = "inference.external_report"
LEARNED_UNKNOWN = (
    "It is not known which images this model learned from. If some are among these, it looks better here "
    "than it is."
)


@transaction.atomic
def queue_external_report(*, model: ModelVersion, dataset: DatasetVersion, by: User) -> ExternalReport:
    """Score a model on all images of a dataset version that it did not learn from.

    While a report of the two waits or runs, that one is returned. Raises CanNotScore when the dataset is of
    another task or project, or when the images new to the model are too few or show one thing only.
    """
    if dataset.task != model.task or dataset.project_id != model.project_id:
        raise CanNotScore(
            f"A {model.get_task_display().lower()} can't be scored on dataset version {dataset.number}.",
            remedy=f"Choose a dataset version made for a {model.get_task_display().lower()}.",
        )
    going_on = ExternalReport.objects.filter(
        model=model, dataset=dataset, job__state__in=[JobState.QUEUED, JobState.RUNNING]
    ).first()
    if going_on is not None:
        return going_on
    learned = learned_with_others(model)
    unseen, left_out = without_learned(items_of(dataset), learned=learned.items, project=model.project)
    if few := too_few(model.task, unseen):
        raise CanNotScore(
            f"This model did not learn from {few} there; {FEWEST_IMAGES} of {FEWEST_PATIENTS} are the least "
            "to score it on.",
            remedy="Choose another dataset version, or import and label images of other patients.",
        )
    if problem := unfit_to_judge(model.task, unseen):
        raise CanNotScore(problem, remedy="Choose another dataset version.")
    report = ExternalReport.objects.create(
        model=model,
        dataset=dataset,
        name=f"Dataset version {dataset.number}",
        images=len(unseen),
        patients=len({item.patient_code for item in unseen}),
        left_out=left_out.to_json(),
        notes=[] if learned.complete else [LEARNED_UNKNOWN],
        asked_by=by,
    )
    report.job = queue_job(
        kind=EXTERNAL_JOB,
        payload={"report": report.pk},
        by=by,
        title=f"Score {model.name} on {len(unseen)} images of dataset version {dataset.number}",
    )
    report.save(update_fields=["job"])
    audit.record(
        actor=by,
        action="model.score",
        obj=model,
        after={"dataset": dataset.number, "images": report.images, "left_out": left_out.to_json()},
    )
    return report
