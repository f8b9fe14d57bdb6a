"""Which training images speak for all when a segmenter is scored, and thresholds without a lesion."""

import numpy as np

from inference.ml.data import Prepared
from inference.ml.evaluate import dice_thresholds
from inference.ml.metrics import pixel_histogram
from inference.ml.scoring import rows_to_score


def _prepared(*, images: int, showing: dict[int, list[int]]) -> Prepared:
    """Tiny images; `showing`: class index -> rows where one pixel shows it."""
    masks = np.zeros((images, 4, 4, len(showing)), np.bool_)
    for index, rows in showing.items():
        masks[rows, 1, 1, index] = True
    unknown = np.full(images, np.nan, np.float32)
    return Prepared(
        images=np.zeros((images, 4, 4, 3), np.uint8),
        inside=np.ones((images, 4, 4), np.bool_),
        masks=masks,
        known=np.ones((images, len(showing)), np.bool_),
        labels=unknown,
        referable=unknown,
    )


def test_every_class_is_among_the_training_images_that_are_scored() -> None:
    prepared = _prepared(images=200, showing={0: list(range(150)), 1: list(range(60, 70))})

    rows = rows_to_score(prepared, most=20)

    assert len(set(rows)) == 20
    assert sum(60 <= row < 70 for row in rows) >= 9
    assert max(rows) > 120  # not the first ones only


def test_few_images_are_all_scored() -> None:
    assert rows_to_score(_prepared(images=3, showing={0: []}), most=20) == [0, 1, 2]
    assert rows_to_score(_prepared(images=0, showing={0: []}), most=20) == []


def test_a_threshold_without_a_lesion_to_choose_on_says_so() -> None:
    inside, nothing = np.ones((4, 4), np.bool_), np.zeros((4, 4), np.bool_)
    lesion = nothing.copy()
    lesion[0, :2] = True
    maps = np.where(lesion, 200, 20).astype(np.uint8)

    chosen = dice_thresholds(
        {"HE": [pixel_histogram(maps, lesion, inside)], "SE": [pixel_histogram(maps, nothing, inside)]}
    )

    assert chosen["HE"]["rule"] == "best pooled Dice"
    assert 20 / 255 < chosen["HE"]["value"] <= 200 / 255
    assert (round(chosen["SE"]["value"], 2), chosen["SE"]["rule"].split(":")[0]) == (0.5, "one half")
