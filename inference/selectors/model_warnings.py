"""What a person should know before a model predicts for patients: warnings, which block nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from inference.models import DatasetItem, DatasetVersion, ModelVersion
from inference.states import ModelTask, Split

FEWEST_TEST_IMAGES = 30
FEWEST_OF_A_CLASS = 5
CHANCE_AUC = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelWarning:
    """A stable code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _TestedClass:
    """Test images that show a class, and its share of the pixels of those where it was looked for."""

    images: int
    share: float


def warnings_about(model: ModelVersion) -> list[ModelWarning]:
    """From the card's scores on test images and, where the model was trained here, from its dataset."""
    run = model.runs.select_related("dataset").order_by("pk").first()
    dataset = run.dataset if run else None
    return [*_about_training(dataset), *_about_testing(model, dataset)]


def _about_training(dataset: DatasetVersion | None) -> Iterator[ModelWarning]:
    if dataset is None:
        return
    training = DatasetItem.objects.filter(dataset=dataset, split=Split.TRAIN)
    if training.exists() and not training.filter(image__exam__patient__is_synthetic=False).exists():
        yield ModelWarning(code="synthetic_only", message="It was trained on synthetic images only.")


def _about_testing(model: ModelVersion, dataset: DatasetVersion | None) -> Iterator[ModelWarning]:
    test = (model.card.get("metrics") or {}).get("test") or {}
    if not test:
        yield ModelWarning(code="never_tested", message="It was never tested: its card has no test scores.")
        return
    if model.task == ModelTask.CLASSIFIER:
        yield from _few_images(test.get("images"))
        yield from _classifier_warnings(test)
    else:
        yield from _few_images(max((test.get("images") or {}).values(), default=None))
        yield from _segmenter_warnings(test, _tested_classes(dataset) if dataset else {})


def _few_images(images: int | None) -> Iterator[ModelWarning]:
    if images is not None and images < FEWEST_TEST_IMAGES:
        yield ModelWarning(
            code="few_test_images",
            message=f"It was tested on {images} image{'' if images == 1 else 's'} only; "
            f"its scores mean little below {FEWEST_TEST_IMAGES}.",
        )


def _classifier_warnings(test: Mapping[str, Any]) -> Iterator[ModelWarning]:
    yield from _class_warnings("DR", test)
    if test.get("referable"):
        yield from _class_warnings("referable DR", test["referable"])


def _class_warnings(name: str, scores: Mapping[str, Any]) -> Iterator[ModelWarning]:
    positives = scores.get("positives", scores.get("dr"))  # older cards: dr
    if positives is not None and "images" in scores:
        yield from _few_of(name, positives)
        yield from _few_of(f"no {name}", scores["images"] - positives)
    auc = (scores.get("at_threshold") or {}).get("auc") or {}
    gain = (scores.get("over_baseline") or {}).get("auc") or {}
    value, low = auc.get("value"), auc.get("low")
    if value is None or value <= CHANCE_AUC:
        yield ModelWarning(code="no_better_than_chance", message=f"It tells {name} no better than chance.")
    elif low is not None and low <= CHANCE_AUC:
        yield ModelWarning(
            code="no_better_than_chance",
            message=f"It may tell {name} no better than chance: "
            f"AUC {value:.2f}, 95 % interval from {low:.2f}.",
        )
    elif gain.get("low") is not None and gain["low"] <= 0:
        yield ModelWarning(
            code="no_better_than_baseline",
            message=f"It may tell {name} no better than colour, brightness and file size alone do: the 95 % "
            f"interval of what its AUC is above theirs begins at {gain['low']:.2f}.",
        )


def _segmenter_warnings(
    test: Mapping[str, Any], tested: Mapping[str, _TestedClass]
) -> Iterator[ModelWarning]:
    for code, scores in (test.get("classes") or {}).items():
        known = tested.get(code)
        if known is not None:
            yield from _few_of(code, known.images)
        aupr = (scores.get("aupr") or {}).get("value")
        if aupr is None or aupr <= (known.share if known else 0):
            yield ModelWarning(
                code="no_better_than_chance", message=f"It finds {code} no better than chance."
            )


def _few_of(name: str, images: int) -> Iterator[ModelWarning]:
    if images < FEWEST_OF_A_CLASS:
        yield ModelWarning(
            code="few_of_a_class",
            message=f"Only {images} test image{'' if images == 1 else 's'} with {name}; "
            f"{FEWEST_OF_A_CLASS} are the least to judge by.",
        )


def _tested_classes(dataset: DatasetVersion) -> dict[str, _TestedClass]:
    """By lesion class; a guess at pixels by chance has its share of the image as AUPR."""
    images: dict[str, int] = {}
    lesion_px: dict[str, int] = {}
    all_px: dict[str, int] = {}
    items = DatasetItem.objects.filter(dataset=dataset, split=Split.TEST)
    rows = items.values_list("classes_looked_for", "masks", "image__width", "image__height")
    for looked_for, masks, width, height in rows:
        for code in looked_for:
            area = masks[code]["area_px"] if code in masks else 0
            images[code] = images.get(code, 0) + (area > 0)
            lesion_px[code] = lesion_px.get(code, 0) + area
            all_px[code] = all_px.get(code, 0) + width * height
    return {
        code: _TestedClass(images=images[code], share=lesion_px[code] / max(all_px[code], 1))
        for code in images
    }
