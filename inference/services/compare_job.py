"""Does a comparison of two models, image by image. Only workers import this module: it loads ONNX Runtime."""

from typing import Any

from django.utils import timezone

from core.errors import DomainError
from core.services import audit
from core.services.job_context import JobContext
from inference.decision_words import LESION_NAMES
from inference.errors import refusals_of_ml
from inference.ml.compare import verdict_of
from inference.ml.engine import REFERABLE
from inference.ml.errors import UnusableData
from inference.ml.events import finite
from inference.ml.model_pairs import ModelPair, PairScores, Said, load_pair, paired_json
from inference.ml.model_store import load_model
from inference.models import ComparedImage, DatasetItem, ModelComparison
from inference.selectors.comparisons import common_test_images
from inference.selectors.model_warnings import FEWEST_TEST_IMAGES as FEWEST_TO_PROMOTE_ON
from inference.services.cores import threads_for_long_work
from inference.services.dataset_files import opened
from inference.services.model_files import local_model_folder, needed_folders
from inference.states import Verdict

CHANCE = 0.5  # AUC of a coin
TOLD = {code: f"{name}s" for code, name in LESION_NAMES.items()} | {REFERABLE: "referable DR"}


class NothingCompared(DomainError):
    """Not one of the images could be held against what is known about it."""

    code = "nothing_compared"
    status = 422


def compare(context: JobContext) -> dict[str, Any]:
    """Ask both models of the payload's comparison about each image; returns its verdict.

    A second attempt begins anew. Raises MlRefusal when a model's files changed, NothingCompared,
    JobCancelled, WorkerStopping, LostLease.
    """
    comparison = ModelComparison.objects.select_related("candidate__project", "champion").get(
        pk=context.payload["comparison"]
    )
    if comparison.finished_at is not None:
        return _result(comparison)
    common = common_test_images(candidate=comparison.candidate, champion=comparison.champion)
    context.progress(0, len(common.items), "Loading both models")
    with refusals_of_ml():
        pair = load_pair(
            candidate=load_model(
                local_model_folder(comparison.candidate), expected_id=comparison.candidate_id
            ),
            champion=load_model(local_model_folder(comparison.champion), expected_id=comparison.champion_id),
            needed=needed_folders(comparison.candidate, comparison.champion),
            threads=threads_for_long_work(),
        )
    rows: list[ComparedImage] = []
    asked: list[DatasetItem] = []
    unreadable = 0
    for number, item in enumerate(common.items, start=1):
        try:
            said = _ask(pair, item)
        except (UnusableData, OSError):
            unreadable += 1
        else:
            rows += [_row(comparison, item, said)] if said else []
            asked += [item] if said else []
        context.progress(min(number, len(common.items) - 1), len(common.items), _told(number, common.items))
    if not rows:
        raise NothingCompared(
            "No test image could be compared.", remedy="Promote the model with a written reason instead."
        )
    _finish(context, comparison, pair, rows, asked=asked, unreadable=unreadable)
    return _result(comparison)


def _ask(pair: ModelPair, item: DatasetItem) -> Said | None:
    """Both models about one image with its stored files at hand."""
    with opened(item) as known:
        return pair.ask(known)


def _row(comparison: ModelComparison, item: DatasetItem, said: Said) -> ComparedImage:
    return ComparedImage(
        comparison=comparison,
        image_id=item.image_id,
        truth=dict(said.truth),
        candidate=dict(said.candidate),
        champion=dict(said.champion),
        gap=said.gap,
        disagree=said.disagree,
    )


def _finish(
    context: JobContext,
    comparison: ModelComparison,
    pair: ModelPair,
    rows: list[ComparedImage],
    *,
    asked: list[DatasetItem],
    unreadable: int,
) -> None:
    scores = pair.scores()
    comparison.images = len(asked)
    comparison.patients = len({item.patient_code for item in asked})
    comparison.metric = scores.metric
    comparison.paired = finite(paired_json(scores.paired))
    comparison.details = finite(dict(scores.details))
    doubts = _doubts(comparison, pair, scores)
    shown = verdict_of(scores.paired.difference, margin=comparison.margin)
    comparison.verdict = Verdict.NOT_SHOWN if doubts else shown
    comparison.finished_at = timezone.now()
    if unreadable:
        doubts.append(f"{unreadable} of the images could not be read.")
    comparison.notes = [*comparison.notes, *doubts]
    with context.fenced() as job:
        ComparedImage.objects.bulk_create(rows, batch_size=500)
        comparison.save()
        context.progress(1, 1, f"{comparison.images} images compared")
        audit.record(
            actor=job.requested_by,
            action="model.compared",
            obj=comparison.candidate,
            after={
                "champion": comparison.champion_id,
                "metric": comparison.metric,
                "difference": comparison.paired["difference"],
                "verdict": comparison.verdict,
            },
        )


def _doubts(comparison: ModelComparison, pair: ModelPair, scores: PairScores) -> list[str]:
    """Why these numbers alone must not speak for a promotion, whatever their difference."""
    doubts: list[str] = []
    if pair.given_up:
        told = ", ".join(TOLD.get(name, name) for name in pair.given_up)
        doubts.append(f"The champion tells {told}; this model does not.")
    if comparison.images < FEWEST_TO_PROMOTE_ON:
        least = f"{FEWEST_TO_PROMOTE_ON} are the least"
        doubts.append(f"{comparison.images} images are too few to speak for a promotion; {least}.")
    low = scores.paired.candidate["low"]
    if scores.metric == "auc" and (low is None or low <= CHANCE):
        doubts.append("On these images this model is not shown to be better than chance.")
    return doubts


def _told(number: int, items: tuple[DatasetItem, ...]) -> str:
    return f"{number} of {len(items)} images compared"


def _result(comparison: ModelComparison) -> dict[str, Any]:
    return {
        "comparison": comparison.pk,
        "images": comparison.images,
        "verdict": comparison.verdict,
        "difference": comparison.paired["difference"],
    }
