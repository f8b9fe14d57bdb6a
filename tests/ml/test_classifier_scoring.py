"""A classifier's scores: what is known of each class, thresholds, the trivial baseline beside them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from inference.ml.balance import balanced_batches
from inference.ml.classifier_scoring import score_classifier
from inference.ml.data import prepare
from inference.ml.engine import Classifier
from inference.ml.looks import Look
from inference.ml.manifest import Item, Manifest
from inference.ml.metrics import bootstrap_classification
from inference.ml.model_store import StoredModel
from inference.ml.requests import TrainRequest
from inference.ml.split import FOLDS
from inference.ml.trivial_baseline import baseline_scores
from inference.ml.views import VIEWS
from tests.ml.models import bright_classifier

SIDE = 64


def _manifest(folder: Path, *, per_fold: int = 14) -> Manifest:
    """Plain pictures: DR is brighter; of every third it isn't known whether it is referable."""
    items = []
    for fold in FOLDS:
        for number in range(per_fold):
            label = number % 2
            random = np.random.default_rng(number)
            picture = random.integers(60 + 60 * label, 120 + 60 * label, (SIDE, SIDE, 3)).astype(np.uint8)
            path = folder / f"{fold}{number}.png"
            cv2.imwrite(str(path), picture)
            items.append(
                Item(
                    id=path.stem,
                    path=path,
                    patient=f"{fold}{number // 2}",
                    fold=fold,
                    label=label,
                    referable=None if number % 3 == 2 else label,
                )
            )
    return Manifest(classes=(), items=tuple(items))


def _two_classes(model: StoredModel) -> StoredModel:
    """The bright classifier with its one logit and map given for both classes."""
    import onnx
    from onnx import helper

    graph = onnx.load_from_string(model.onnx)
    for name in ("logit", "cam"):
        for node in graph.graph.node:
            node.output[:] = [f"one_{name}" if out == name else out for out in node.output]
            node.input[:] = [f"one_{name}" if out == name else out for out in node.input]
        graph.graph.node.append(helper.make_node("Concat", [f"one_{name}"] * 2, [name], axis=1))
    for output in graph.graph.output:
        output.type.tensor_type.shape.dim[1].dim_value = 2
    card = model.card | {
        "output": {**model.card["output"], "classes": ["DR", "REF"]},
        "thresholds": {"DR": {"value": 0.5}, "REF": {"value": 0.7}},
    }
    return replace(model, onnx=graph.SerializeToString(), card=card)


class _Settings:
    target_sensitivity = 0.9


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("pictures")
    manifest = _manifest(folder)
    model = _two_classes(bright_classifier(side=SIDE))
    folds = {fold: prepare(manifest.of(fold), side=SIDE, classes=()) for fold in FOLDS}
    request = TrainRequest(
        task="classifier", preset="p", manifest=folder, work_dir=folder, out_dir=folder, seed=1
    )
    events: list[dict[str, Any]] = []
    card = score_classifier(model.onnx, model.card, folds, _Settings(), request, manifest, emit=events.append)
    return {**card, "events": events}


def test_every_image_is_told_when_it_is_scored(scored: dict[str, Any]) -> None:
    images = sum(scored["metrics"][fold]["images"] for fold in FOLDS)

    assert [event["done"] for event in scored["events"]] == list(range(1, images + 1))
    assert {(event["event"], event["total"]) for event in scored["events"]} == {("scoring", images)}


def test_each_class_is_scored_on_the_images_whose_truth_is_known(scored: dict[str, Any]) -> None:
    test = scored["metrics"]["test"]
    assert (test["images"], test["positives"]) == (14, 7)
    assert (test["referable"]["images"], test["referable"]["positives"]) == (10, 5)
    assert set(scored["thresholds"]) == set(scored["calibration"]) == {"DR", "REF"}
    for name in ("DR", "REF"):
        chosen = scored["thresholds"][name]
        assert chosen["sensitivity"] >= 0.9
        assert "specificity" in chosen
        assert (chosen["chosen_on"], scored["calibration"][name]["fitted_on"]) in (
            ("validation", "validation"),
            ("train+validation", "train+validation"),
        )


def test_the_trivial_baseline_stands_beside_every_score(scored: dict[str, Any]) -> None:
    metrics = scored["metrics"]

    for fold in FOLDS:
        assert metrics[fold]["baseline"]["auc"]["value"] == 1.0  # brightness alone tells these pictures
        assert metrics[fold]["referable"]["baseline"]["auc"]["value"] == 1.0
        assert metrics[fold]["over_baseline"]["auc"] == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_the_baseline_learns_from_training_images_alone_and_says_nothing_where_there_is_one_class() -> None:
    random = np.random.default_rng(1)
    truth = (random.random(200) < 0.5).astype(np.float64)
    facts = np.stack([truth + random.normal(0, 0.5, 200), random.normal(0, 1, 200)], axis=1)
    truth[:20] = np.nan

    (scores,) = baseline_scores(facts, truth, [facts[20:]])
    (nothing,) = baseline_scores(facts, np.ones(200), [facts])

    assert np.corrcoef(scores, truth[20:])[0, 1] > 0.6
    assert not nothing.any()


def test_both_eyes_of_a_patient_are_drawn_together() -> None:
    random = np.random.default_rng(1)
    truth = np.repeat(random.random(30) < 0.5, 2).astype(np.float64)
    probability = np.repeat(random.random(30), 2)
    shared: dict[str, Any] = {"threshold": 0.5, "seed": 1, "draws": 300}
    eyes = [str(number) for number in range(60)]
    people = [str(number // 2) for number in range(60)]

    def width(patients: list[str]) -> float:
        found = bootstrap_classification(truth, probability, patients=patients, **shared)["auc"]
        assert found["low"] is not None and found["high"] is not None
        return found["high"] - found["low"]

    assert width(people) > 1.2 * width(eyes)


def test_batches_are_half_dr_and_each_image_comes_before_one_comes_again() -> None:
    labels = np.array([1, 1, 1, 1, 1, 1, 0, 0], np.float32)

    batches = list(balanced_batches(labels, batch_size=4, steps=3, random=np.random.default_rng(1)))

    assert [int(labels[batch].sum()) for batch in batches] == [2, 2, 2]
    assert sorted(row for batch in batches for row in batch if row < 6) == list(range(6))
    assert sorted(row for batch in batches for row in batch if row >= 6) == [6, 6, 6, 7, 7, 7]


@pytest.mark.parametrize("views", [["as_is", "mirrored", "upside_down", "half_turn"], list(VIEWS)])
def test_views_are_averaged_and_the_map_lies_as_the_picture_does(views: list[str]) -> None:
    model = bright_classifier(side=SIDE)
    turned = replace(model, card=model.card | {"input": {**model.card["input"], "views": views}})
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    picture[:16, 40:] = 200  # bright in a corner only

    plain, plain_map = Classifier(model).logits(picture)
    mean, mean_map = Classifier(turned).logits(picture)

    assert mean["DR"] == pytest.approx(plain["DR"], abs=1e-5)
    np.testing.assert_allclose(mean_map, plain_map, atol=1e-5)


def test_a_classifier_of_two_classes_gives_both_probabilities() -> None:
    classifier = Classifier(_two_classes(bright_classifier(side=SIDE)))

    probabilities, activation = classifier.probabilities(Look(np.full((SIDE, SIDE, 3), 128, np.uint8)))

    assert set(probabilities) == {"DR", "REF"}
    assert classifier.thresholds == {"DR": 0.5, "REF": 0.7}
    assert activation.shape == (8, 8)
