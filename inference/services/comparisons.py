"""Queues comparisons of a candidate with the champion."""

from django.db import transaction

from accounts.models import User
from core.services import audit
from core.services.jobs import queue_job
from core.states import JobState
from inference.errors import CanNotCompare, NoModel
from inference.ml.compare import NON_INFERIORITY_MARGIN
from inference.models import ModelComparison, ModelVersion
from inference.selectors.comparisons import CommonTestImages, common_test_images
from inference.selectors.model_versions import champions
from inference.services.external_reports import LEARNED_UNKNOWN
from inference.states import ModelTask

COMPARE_JOB = "inference.compare"
CHAMPION_UNKNOWN = (
    "It is not known which images the champion learned from. If some are among these, it looks better here "
    "than it is."
)


@transaction.atomic
def queue_comparison(*, candidate: ModelVersion, by: User) -> ModelComparison:
    """Compare a model with its task's champion, on test images that neither learned from.

    While a comparison of the two waits or runs, that one is returned. Raises NoModel without a champion,
    CanNotCompare when the model is the champion or the images are too few.
    """
    champion = champions(candidate.project).get(ModelTask(candidate.task))
    if champion is None:
        raise NoModel("There is no champion to compare with.", remedy="Promote a first model with a reason.")
    if champion.pk == candidate.pk:
        raise CanNotCompare("This model is the champion.", remedy="Open the model to compare with it.")
    going_on = ModelComparison.objects.filter(
        candidate=candidate, champion=champion, job__state__in=[JobState.QUEUED, JobState.RUNNING]
    ).first()
    if going_on is not None:
        return going_on
    common = common_test_images(candidate=candidate, champion=champion)
    if common.problem:
        raise CanNotCompare(common.problem, remedy=_remedy(candidate))
    comparison = ModelComparison.objects.create(
        candidate=candidate,
        champion=champion,
        images=len(common.items),
        patients=common.patients,
        left_out=common.left_out,
        margin=NON_INFERIORITY_MARGIN,
        notes=_notes(common),
    )
    comparison.job = queue_job(
        kind=COMPARE_JOB,
        payload={"comparison": comparison.pk},
        by=by,
        title=f"Compare {candidate.name} with the champion on {len(common.items)} images",
    )
    comparison.save(update_fields=["job"])
    audit.record(
        actor=by,
        action="model.compare",
        obj=candidate,
        after={"champion": champion.pk, "images": comparison.images, "left_out": comparison.left_out},
    )
    return comparison


def _notes(common: CommonTestImages) -> list[str]:
    """Which of the two may have seen the images before."""
    return [CHAMPION_UNKNOWN] * (not common.champion_is_known) + [LEARNED_UNKNOWN] * (
        not common.candidate_is_known
    )


def _remedy(candidate: ModelVersion) -> str:
    more = "Train on more labelled patients"
    if candidate.card.get("trained_on_all"):
        more = "Train without final epochs (--set final_epochs=0)"
    return f"{more}, or promote it with a written reason."
