"""What must hold of the Keras side. Run in its own process by test_frameworks.py."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from inference.ml.architectures.base import FitJob
from inference.ml.checkpoints import CheckpointFolder
from inference.ml.data import Prepared
from inference.ml.settings import Augmentation
from inference.ml.unet import SyncedAugmentation, build_unet, segmentation_loss
from inference.ml.unet_export import export_segmenter
from inference.ml.unet_fit import fit_segmenter
from inference.ml.unet_settings import UnetSettings

SETTINGS = UnetSettings(
    side_px=32,
    encoder_filters=(4, 8),
    bottleneck_filters=8,
    decoder_filters=(8, 4),
    batch_size=2,
    epochs=2,
)
CROPS = replace(SETTINGS, crop_px=16, lesion_crop_share=0.8, steps_per_epoch=3, one_cycle=True)


def _prepared(count: int, *, seed: int = 1) -> Prepared:
    random = np.random.default_rng(seed)
    masks = np.zeros((count, 32, 32, 2), np.bool_)
    masks[:, 4:10, 4:10, 0] = masks[:, 20:26, 12:20, 1] = True
    images = random.integers(60, 120, (count, 32, 32, 3))
    images[masks[..., 0], 0] = 250
    images[masks[..., 1], 1] = 250
    return Prepared(
        images=images.astype(np.uint8),
        inside=np.ones((count, 32, 32), np.bool_),
        masks=masks,
        known=np.ones((count, 2), np.bool_),
        labels=np.ones(count, np.float32),
        referable=np.full(count, np.nan, np.float32),
    )


def _fit(
    folder: Path, *, attempt: int = 1, settings: UnetSettings = SETTINGS
) -> tuple[Any, list[dict[str, Any]]]:
    events: list[dict[str, Any]] = []
    job = FitJob(
        settings=settings,
        classes=("HE", "EX"),
        train=_prepared(4),
        validation=_prepared(1, seed=2),
        examples=_prepared(1).images,
        seed=1,
        threads=1,
        checkpoints=CheckpointFolder(folder, attempt=attempt, fingerprint="run"),
        emit=events.append,
        started={},
    )
    model, _, _ = fit_segmenter(job)
    return model, events


def test_a_mask_used_as_its_own_image_stays_equal() -> None:
    masks = np.random.default_rng(1).integers(0, 3, (8, 64, 64, 2)).astype(np.float32)
    move = SyncedAugmentation(Augmentation(), seed=3, interpolation="nearest")

    for _ in range(3):
        images, moved = move(masks, masks)

        assert np.array_equal(images, moved)
        assert set(np.unique(moved)) <= {0, 1, 2}
        assert not np.array_equal(moved, masks)


def test_smooth_images_move_with_their_masks() -> None:
    masks = np.zeros((8, 64, 64, 1), np.float32)
    masks[:, 20:44, 16:40] = 1
    images, moved = SyncedAugmentation(Augmentation(), seed=5)(masks, masks)

    agree = (np.asarray(images) > 0.5) == (np.asarray(moved) > 0.5)
    assert agree.mean() > 0.985  # edges alone may fall on either side


def test_the_network_has_the_published_shape() -> None:
    model = build_unet(UnetSettings(), classes=2, side=256)

    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("MaxPooling2D") == kinds.count("UpSampling2D") == kinds.count("Concatenate") == 4
    assert kinds.count("Conv2D") == 2 * 9 + 1
    filters = [layer.filters for layer in model.layers if type(layer).__name__ == "Conv2D"]
    assert filters[::2] == [64, 128, 256, 512, 1024, 512, 256, 128, 64, 3]
    assert model.output_shape == (None, 256, 256, 3)
    assert math.isclose(float(model.layers[1].kernel_regularizer.l2), 1e-5, rel_tol=1e-3)


def _loss(
    known: list[float], predicted: list[float], target: int, settings: UnetSettings = SETTINGS
) -> float:
    return float(
        segmentation_loss(
            np.full((1, 1, 1), target),
            np.array([known], np.float32),
            np.ones((1, 1, 1), np.float32),
            np.array([[[predicted]]], np.float32),
            settings=settings,
            classes=2,
        )
    )


def test_the_loss_is_cross_entropy_where_every_class_was_looked_for() -> None:
    assert _loss([1, 1], [0.2, 0.3, 0.5], target=2) == pytest.approx(-math.log(0.5), rel=1e-4)
    assert _loss([1, 1], [0.2, 0.3, 0.5], target=0) == pytest.approx(-math.log(0.2), rel=1e-4)


def test_a_class_nobody_looked_for_is_left_out_of_the_loss() -> None:
    # Exudates (the third) were not looked for: background may be either of the two.
    assert _loss([1, 0], [0.2, 0.3, 0.5], target=0) == pytest.approx(-math.log(0.7), rel=1e-4)
    assert _loss([1, 0], [0.2, 0.3, 0.5], target=1) == pytest.approx(-math.log(0.3), rel=1e-4)
    with_dice = replace(SETTINGS, loss="cross_entropy_dice")
    assert _loss([1, 0], [0.2, 0.3, 0.5], 1, with_dice) == pytest.approx(
        _loss([1, 0], [0.5, 0.3, 0.2], 1, with_dice), rel=1e-4
    )


def test_a_stopped_run_goes_on_from_its_checkpoint_and_ends_like_an_unstopped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = _fit(tmp_path / "whole")
    save = CheckpointFolder.save

    def killed_after_epoch_1(self: CheckpointFolder, content: bytes, **kept: Any) -> Path:
        path = save(self, content, **kept)
        raise KeyboardInterrupt(path)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(CheckpointFolder, "save", killed_after_epoch_1)
        _fit(tmp_path / "stopped")
    resumed, events = _fit(tmp_path / "stopped", attempt=2)

    assert [event["epoch"] for event in events if event["event"] == "resumed"] == [1]
    assert [event["epoch"] for event in events if event["event"] == "epoch"] == [2]
    for one, other in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        assert np.allclose(one, other, atol=1e-5)


def test_training_on_crops_gives_a_model_of_the_whole_image_that_exports_unchanged(tmp_path: Path) -> None:
    model, events = _fit(
        tmp_path, settings=replace(CROPS, batch_normalization=True, loss="cross_entropy_dice")
    )

    assert [event["steps"] for event in events if event["event"] == "step"] == [3] * 6
    examples = _prepared(2).images
    onnx = export_segmenter(model, examples=examples)
    picture = examples[:1].astype(np.float32) / 255
    (probability,) = onnxruntime.InferenceSession(onnx).run(["probability"], {"image": picture})
    assert probability.shape == (1, 32, 32, 3)
    assert np.allclose(probability, np.asarray(model(picture, training=False)), atol=1e-4)
    assert np.allclose(probability.sum(-1), 1, atol=1e-5)
