"""Comparisons a person may see, and what two models can be compared on."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import User
from annotations.selectors import images_for
from inference.models import ComparedImage, DatasetItem, DatasetVersion, ModelComparison, ModelVersion
from inference.selectors.model_versions import models_for
from inference.selectors.patient_groups import patient_groups
from inference.selectors.predictions import blinded_for
from inference.states import ModelState, ModelTask, Split, Verdict

SPEAKS_FOR_PROMOTION = (Verdict.BETTER, Verdict.NON_INFERIOR)
FEWEST_IMAGES = 5
FEWEST_PATIENTS = 5  # the interval is over patients


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonTestImages:
    """Test images of a candidate that it and the champion never learned from.

    `left_out`: test images of the candidate that the champion learned from. `champion_is_known`: whether it
    is known what the champion learned from. `problem`: why they are too few to compare on, "" when not.
    """

    items: tuple[DatasetItem, ...]
    left_out: int
    champion_is_known: bool
    problem: str

    @property
    def patients(self) -> int:
        """Different patients among the images."""
        return len({item.patient_code for item in self.items})


def dataset_of(model: ModelVersion) -> DatasetVersion | None:
    """What a model was trained on: by its run, else by the content hash in its card; None if not known."""
    run = model.runs.select_related("dataset").exclude(dataset=None).order_by("pk").first()
    if run is not None:
        return run.dataset
    named = ((model.card.get("provenance") or {}).get("dataset") or {}).get("content_hash")
    if not named:
        return None
    return DatasetVersion.objects.filter(project=model.project_id, content_hash=named).first()


def common_test_images(*, candidate: ModelVersion, champion: ModelVersion) -> CommonTestImages:
    """The images to compare on; a patient the champion learned from is left out with all images.

    Validation images count as learned from: thresholds and calibration were chosen on them. So do test
    images once a model went on with all.
    """
    dataset, others = dataset_of(candidate), dataset_of(champion)
    test = _items(dataset, _unseen_splits(candidate)) if dataset else []
    learned = _items(others, set(Split) - _unseen_splits(champion)) if others else []
    groups = patient_groups(
        project=candidate.project, label_sets=[item.label_set for item in (*test, *learned)]
    )
    taught = {groups.get(item.patient_code, item.patient_code) for item in learned}
    unseen = [item for item in test if groups.get(item.patient_code, item.patient_code) not in taught]
    return CommonTestImages(
        items=tuple(unseen),
        left_out=len(test) - len(unseen),
        champion_is_known=others is not None,
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
    images = images_for(user).filter(~blinded_for(user)).values("pk")
    compared = ComparedImage.objects.filter(comparison=comparison, image__in=images)
    return compared.select_related("image__exam__patient")


def evidence_for(model: ModelVersion) -> ModelComparison | None:
    """The newest finished comparison of a model with today's champion, whatever it shows."""
    newest = model.comparisons.filter(champion__state=ModelState.CHAMPION, finished_at__isnull=False)
    return newest.exclude(champion=model).order_by("-pk").first()


def speaks_for(comparison: ModelComparison | None) -> bool:
    """Whether a comparison shows that the candidate is better than the champion or not worse."""
    return comparison is not None and comparison.verdict in SPEAKS_FOR_PROMOTION


def _unseen_splits(model: ModelVersion) -> set[Split]:
    return set() if model.card.get("trained_on_all") else {Split.TEST}


def _items(dataset: DatasetVersion, splits: set[Split]) -> list[DatasetItem]:
    items = DatasetItem.objects.filter(dataset=dataset, split__in=splits).order_by("pk")
    return list(items.select_related("image", "label_set__image__exam__patient"))


def _problem(candidate: ModelVersion, dataset: DatasetVersion | None, items: list[DatasetItem]) -> str:
    if dataset is None:
        return "It is not known which images this model learned from, so none is sure to be new to it."
    if not _unseen_splits(candidate):
        return "Once scored, this model went on to learn from all its images, so none is new to it."
    if candidate.task == ModelTask.CLASSIFIER:
        items = [item for item in items if item.label is not None]
    patients = len({item.patient_code for item in items})
    if len(items) < FEWEST_IMAGES or patients < FEWEST_PATIENTS:
        return (
            f"Neither model learned from {len(items)} test image{'' if len(items) == 1 else 's'} of "
            f"{patients} patient{'' if patients == 1 else 's'}; {FEWEST_IMAGES} of {FEWEST_PATIENTS} are the "
            "least to compare on."
        )
    if candidate.task == ModelTask.CLASSIFIER and len({item.label for item in items}) < 2:
        return "The test images show only DR or only no DR: a classifier can't be judged on them."
    if candidate.task == ModelTask.SEGMENTER and not any(_shows_a_lesion(item) for item in items):
        return "No test image shows a lesion: a segmenter can't be judged on them."
    return ""


def _shows_a_lesion(item: DatasetItem) -> bool:
    return any(mask["area_px"] > 0 for mask in item.masks.values())
