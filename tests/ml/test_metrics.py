"""Scores against cases worked out by hand."""

import numpy as np
import pytest

from inference.ml.metrics import (
    PixelHistogram,
    best_dice_threshold,
    bootstrap_segmentation,
    classification_scores,
    mean_over_classes,
    pixel_histogram,
    roc_auc,
    segmentation_scores,
    threshold_for_sensitivity,
)


def test_lesion_scores_of_four_pixels() -> None:
    probability = np.array([[200, 100, 180, 10]], np.uint8)
    truth = np.array([[True, True, False, False]])
    one = pixel_histogram(probability, truth, np.ones((1, 4), bool))

    scores = segmentation_scores(one.lesion, one.other, threshold=128)

    # called: 200 (right) and 180 (wrong); missed: 100
    assert scores["dice"] == pytest.approx(2 * 1 / (2 + 1 + 1))
    assert scores["iou"] == pytest.approx(1 / 3)
    assert scores["recall"] == pytest.approx(1 / 2)
    assert scores["precision"] == pytest.approx(1 / 2)
    assert scores["accuracy"] == pytest.approx(2 / 4)
    # in order 200+ 180- 100+ 10-: precision 1 at recall 1/2, 2/3 at recall 1
    assert scores["aupr"] == pytest.approx((1 + 2 / 3) / 2)


def test_pixels_outside_the_field_of_view_do_not_count() -> None:
    probability = np.array([[255, 255]], np.uint8)
    one = pixel_histogram(probability, np.array([[True, False]]), np.array([[True, False]]))

    assert segmentation_scores(one.lesion, one.other, threshold=128)["dice"] == 1


def test_the_best_dice_threshold_parts_lesion_from_the_rest() -> None:
    lesion, other = np.zeros(256, np.int64), np.zeros(256, np.int64)
    lesion[[90, 120]], other[[10, 89]] = 5, 100

    assert best_dice_threshold(lesion, other) == 90


def test_classifier_scores_by_hand() -> None:
    truth = np.array([1.0, 1, 1, 0, 0])
    probability = np.array([0.9, 0.8, 0.2, 0.7, 0.1])

    scores = classification_scores(truth, probability, threshold=0.5)

    assert scores["accuracy"] == pytest.approx(3 / 5)
    assert scores["precision"] == pytest.approx(2 / 3)
    assert scores["recall"] == pytest.approx(2 / 3)
    assert scores["specificity"] == pytest.approx(1 / 2)
    assert scores["f1"] == pytest.approx(2 / 3)
    assert scores["auc"] == pytest.approx(5 / 6)


def test_ties_count_half_in_the_auc_and_one_class_has_none() -> None:
    assert roc_auc(np.array([1.0, 0.0]), np.array([0.5, 0.5])) == 0.5
    assert np.isnan(roc_auc(np.array([1.0, 1.0]), np.array([0.1, 0.5])))


def test_the_threshold_is_the_highest_that_reaches_the_sensitivity() -> None:
    truth = np.array([1.0] * 10 + [0.0])
    probability = np.array([*np.linspace(0.1, 1.0, 10), 0.95])

    value = threshold_for_sensitivity(truth, probability, sensitivity=0.9)

    assert value == pytest.approx(0.2)
    assert classification_scores(truth, probability, threshold=value)["recall"] == pytest.approx(0.9)


def test_an_interval_holds_its_value_and_is_the_same_for_the_same_seed(random: np.random.Generator) -> None:
    images = []
    for _ in range(12):
        truth = random.random((20, 20)) < 0.2
        noisy = np.clip(truth * 120 + random.integers(0, 140, truth.shape), 0, 255).astype(np.uint8)
        images.append(pixel_histogram(noisy, truth, np.ones_like(truth)))

    scores = bootstrap_segmentation(images, threshold=128, seed=3)

    for name in ("aupr", "dice", "iou", "recall", "accuracy"):
        value, low, high = (scores[name][key] for key in ("value", "low", "high"))
        assert low is not None and value is not None and high is not None
        assert low <= value <= high
    assert scores == bootstrap_segmentation(images, threshold=128, seed=3)


def test_a_class_without_lesions_has_no_score_and_stays_out_of_the_mean() -> None:
    empty = pixel_histogram(np.zeros((2, 2), np.uint8), np.zeros((2, 2), bool), np.ones((2, 2), bool))
    scores = bootstrap_segmentation([empty], threshold=128, seed=1)

    assert scores["recall"]["value"] is None
    assert mean_over_classes({"HE": scores, "EX": {"recall": {"value": 0.5, "low": 0, "high": 1}}}) == {
        "aupr": None,
        "dice": None,
        "dice_per_image": None,
        "iou": None,
        "recall": 0.5,
        "precision": None,
        "accuracy": 1.0,
    }


def test_images_of_one_patient_are_drawn_together() -> None:
    def one(found: bool) -> PixelHistogram:
        probability = np.array([[255 if found else 0, 0]], np.uint8)
        return pixel_histogram(probability, np.array([[True, False]]), np.ones((1, 2), bool))

    rows = [one(found) for found in [True] * 6 + [False] * 6]
    eyes = bootstrap_segmentation(rows, threshold=128, seed=1)["recall"]
    people = bootstrap_segmentation(rows, threshold=128, seed=1, patients=list("aaabbbcccddd"))["recall"]

    assert eyes["value"] == people["value"] == 0.5
    assert people["low"] == 0  # four patients: two of them hold all that was found
    assert eyes["low"] is not None
    assert eyes["low"] > 0.1


def test_dice_per_image_leaves_out_images_with_nothing_to_find_or_called() -> None:
    inside = np.ones((1, 2), bool)
    perfect = pixel_histogram(np.array([[255, 0]], np.uint8), np.array([[True, False]]), inside)
    missed = pixel_histogram(np.array([[0, 0]], np.uint8), np.array([[True, False]]), inside)
    empty = pixel_histogram(np.array([[0, 0]], np.uint8), np.array([[False, False]]), inside)

    scores = bootstrap_segmentation([perfect, missed, empty], threshold=128, seed=1)

    assert scores["dice_per_image"]["value"] == 0.5
