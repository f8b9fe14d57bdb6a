"""Comparisons a person may see, and what two models can be compared on."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import User
from annotations.selectors.visibility import may_open_image
from inference.models import ComparedImage, DatasetItem, DatasetVersion, ModelComparison, ModelVersion
from inference.selectors.model_versions import models_for
from inference.selectors.predictions import blinded_for
from inference.selectors.unseen_images import (
    FEWEST_IMAGES,
    FEWEST_PATIENTS,
    dataset_of,
    items_of,
    learned_by_others,
    learned_with_others,
    too_few,
    unfit_to_judge,
    unseen_splits,
    without_learned,
)
from inference.states import ModelState, Verdict

SPEAKS_FOR_PROMOTION = (Verdict.BETTER, Verdict.NON_INFERIOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonTestImages:
    """Test images of a candidate that neither it, the champion nor models they depend on learned from.

    `left_out`: the other test images of the candidate. `champion_is_known` and `candidate_is_known`: whether
    it is known what they and the models they depend on learned from. `problem`: why they are too few to
    compare on, "" when not.
    """

    items: tuple[DatasetItem, ...]
    left_out: int
    champion_is_known: bool
    candidate_is_known: bool
    problem: str

    @property
    def patients(self) -> int:
        """Different patients among the images."""
        return len({item.patient_code for item in self.items})


def common_test_images(*, candidate: ModelVersion, champion: ModelVersion) -> CommonTestImages:
    """The images to compare on; a patient that one of them learned from is left out with all images."""
    dataset, theirs, others = (
        dataset_of(candidate),
        learned_with_others(champion),
        learned_by_others(candidate),
    )
    test = items_of(dataset, unseen_splits(candidate)) if dataset else []
    unseen, left_out = without_learned(test, learned=(theirs + others).items, project=candidate.project)
    return CommonTestImages(
        items=tuple(unseen),
        left_out=left_out.total,
        champion_is_known=theirs.complete,
        candidate_is_known=others.complete,
        problem=_problem(candidate, dataset, unseen),
    )


def images_since(model: ModelVersion, images: Iterable[int]) -> int | None:
    """How many of the images were not in the dataset that a model was made from; None if nobody knows."""
    dataset = dataset_of(model)
    if dataset is None:
        return None
    known = set(DatasetItem.objects.filter(dataset=dataset).values_list("image_id", flat=True))
    return len(set(images) - known)


def comparisons_for(user: User) -> QuerySet[ModelComparison]:
    """Comparisons of the models the person may see."""
    comparisons = ModelComparison.objects.filter(candidate__in=models_for(user).values("pk"))
    return comparisons.select_related("job__requested_by", "champion")


def compared_images_for(user: User, comparison: ModelComparison) -> QuerySet[ComparedImage]:
    """The compared images that the person may open, those furthest apart first."""
    compared = ComparedImage.objects.filter(may_open_image(user, "image__"), comparison=comparison)
    return compared.filter(~blinded_for(user, "image__")).select_related("image__exam__patient")


def evidence_for(model: ModelVersion) -> ModelComparison | None:
    """The newest finished comparison of a model with today's champion, whatever it shows."""
    newest = model.comparisons.filter(champion__state=ModelState.CHAMPION, finished_at__isnull=False)
    return newest.exclude(champion=model).order_by("-pk").first()


def speaks_for(comparison: ModelComparison | None) -> bool:
    """Whether a comparison shows that the candidate is better than the champion or not worse."""
    return comparison is not None and comparison.verdict in SPEAKS_FOR_PROMOTION


def _problem(candidate: ModelVersion, dataset: DatasetVersion | None, items: list[DatasetItem]) -> str:
    if dataset is None:
        return "It is not known which images this model learned from, so none is sure to be new to it."
    if not unseen_splits(candidate):
        return "Once scored, this model went on to learn from all its images, so none is new to it."
    if few := too_few(candidate.task, items, noun="test image"):
        return (
            f"Neither model learned from {few}; {FEWEST_IMAGES} of {FEWEST_PATIENTS} are the least to "
            "compare on."
        )
    return unfit_to_judge(candidate.task, items)
