"""What must hold of the U-Net on EfficientNet-Lite0. Run in its own process by test_frameworks.py."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data
import timm
import torch
from torch import Tensor

from inference.ml import unet_lite0_fit
from inference.ml.architectures.base import FitJob
from inference.ml.checkpoints import CheckpointFolder
from inference.ml.data import Prepared
from inference.ml.lite0_training import normalise
from inference.ml.lite0_weights import IMAGENET, load_lite0
from inference.ml.moving_crops import CropDrawer, CropDraws, cut_crops, layers_of, send_crops
from inference.ml.unet_lite0 import build_unet_lite0, lesion_loss
from inference.ml.unet_lite0_settings import UnetLite0Settings

ESPRESSO = 967  # ImageNet's number
CLASSES = ("HE", "EX")
CPU = torch.device("cpu")
SETTINGS = UnetLite0Settings(
    side_px=64, crop_px=32, batch_size=2, epochs=2, steps_per_epoch=2, averaging=0.9, jitter_px=4.0
)
STILL = replace(
    SETTINGS, rotation_degrees=0.0, flips=False, scale_log=0.0, gamma_log=0.0, gain=0.0, brightness=0.0
)
Fit = Callable[..., tuple[Any, list[dict[str, Any]]]]


def _prepared(count: int, *, seed: int = 1) -> Prepared:
    """Images whose red shows HE and whose green shows EX; black and outside on the left."""
    random = np.random.default_rng(seed)
    masks = np.zeros((count, 64, 64, 2), np.bool_)
    for row in range(count):
        for number, size in ((0, 9), (1, 5)):
            y, x = random.integers(10, 50, 2)
            masks[row, y : y + size, x : x + size, number] = True
    inside = np.ones((count, 64, 64), np.bool_)
    inside[:, :, :8] = False
    masks &= inside[..., None]
    images = np.full((count, 64, 64, 3), 60, np.uint8)
    images[..., :2][masks] = 255
    images[~inside] = 0
    return Prepared(
        images=images,
        inside=inside,
        masks=masks,
        known=np.ones((count, 2), np.bool_),
        labels=np.ones(count, np.float32),
        referable=np.full(count, np.nan, np.float32),
        coverage=masks * np.uint8(255),
    )


def _cut(layers: Tensor, draws: CropDraws) -> tuple[Tensor, Tensor, Tensor]:
    (crops,) = send_crops([draws], side=64, crop_px=32, device=CPU)
    return cut_crops(layers, crops, crop_px=32)


@pytest.fixture
def fit(tmp_path: Path) -> Fit:
    def run(
        name: str, *, attempt: int = 1, settings: UnetLite0Settings = SETTINGS, start: Any = None
    ) -> tuple[Any, list[dict[str, Any]]]:
        events: list[dict[str, Any]] = []
        job = FitJob(
            settings=settings,
            classes=CLASSES,
            train=_prepared(4),
            validation=_prepared(1, seed=2),
            examples=_prepared(1).images,
            seed=1,
            threads=1,
            checkpoints=CheckpointFolder(tmp_path / name, attempt=attempt, fingerprint="run"),
            emit=events.append,
            started={},
            start=start,
        )
        network, _, _ = unet_lite0_fit.fit_unet_lite0(job)
        return network, events

    return run


def test_the_imagenet_weights_know_an_espresso() -> None:
    network = timm.create_model("tf_efficientnet_lite0").eval()
    load_lite0(network)
    photo = skimage.data.coffee()  # type: ignore[no-untyped-call]
    cup = torch.from_numpy(photo[:400, 100:500]).permute(2, 0, 1)[None].float() / 255
    small = torch.nn.functional.interpolate(cup, 224, mode="bilinear", antialias=True)

    with torch.inference_mode():
        said = network(normalise(small)).softmax(1)[0]

    assert said.argmax() == ESPRESSO
    assert said[ESPRESSO] > 0.5


def test_the_encoder_starts_with_the_imagenet_weights_and_random_ones_only_when_asked() -> None:
    whole = timm.create_model("tf_efficientnet_lite0")
    load_lite0(whole)
    known = whole.state_dict()["blocks.6.0.conv_pwl.weight"]

    network, described = build_unet_lite0(SETTINGS, classes=2)
    other, said = build_unet_lite0(replace(SETTINGS, initialisation="random"), classes=2)

    assert torch.equal(network.state_dict()["encoder.model.blocks.6.0.conv_pwl.weight"], known)
    assert not torch.equal(other.state_dict()["encoder.model.blocks.6.0.conv_pwl.weight"], known)
    assert (described, said.startswith("random")) == (IMAGENET, True)


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        load_lite0(torch.nn.Conv2d(3, 16, 5))


def test_what_nobody_looked_for_and_what_lies_outside_gives_no_gradient() -> None:
    logits = torch.zeros(2, 2, 4, 4, requires_grad=True)
    truth = torch.zeros(2, 2, 4, 4)
    truth[:, :, 1, 1] = 1
    inside = torch.ones(2, 1, 4, 4)
    inside[:, :, 3] = 0
    known = torch.tensor([[1.0, 0.0], [1.0, 1.0]])

    lesion_loss(logits, truth, inside, known, positive_weight=4).backward()  # type: ignore[no-untyped-call]

    assert logits.grad is not None
    assert not logits.grad[0, 1].any()
    assert not logits.grad[:, :, 3].any()
    assert logits.grad[0, 0, :3].all() and logits.grad[1, :, :3].all()


def test_what_is_unsure_in_one_class_gives_no_gradient_there_only() -> None:
    logits = torch.zeros(1, 2, 4, 4, requires_grad=True)
    counted = torch.ones(1, 2, 4, 4)
    counted[0, 0, 1] = 0

    loss = lesion_loss(logits, torch.ones(1, 2, 4, 4), counted, torch.ones(1, 2), positive_weight=4)
    loss.backward()  # type: ignore[no-untyped-call]

    assert logits.grad is not None
    assert not logits.grad[0, 0, 1].any()
    assert logits.grad[0, 0, 2:].all() and logits.grad[0, 1].all()


def test_crops_lie_around_outlined_lesions_and_show_what_is_unsure() -> None:
    labelled = _prepared(2)
    lesion = np.zeros_like(labelled.masks)
    lesion[:, 30:34, 40:44, 0] = True
    unsure = (labelled.masks & ~lesion) * np.uint8(255)
    prepared = replace(labelled, coverage=lesion * np.uint8(255), unsure=unsure)
    settings = replace(STILL, lesion_crop_share=1.0, jitter_px=0.0)

    draws = CropDrawer(prepared, settings, classes=CLASSES).draw(np.random.default_rng(1))
    _, _, labels = _cut(layers_of(prepared, device=CPU), draws)

    assert set(map(tuple, draws.middle)) == {(42.0, 32.0)}
    rows, columns = slice(16, 48), slice(26, 58)
    np.testing.assert_allclose(
        labels[0, 2:].permute(1, 2, 0) * 255, unsure[draws.image[0], rows, columns], atol=0.01
    )


def test_the_loss_is_small_where_all_is_said_and_zero_where_nothing_is_known() -> None:
    truth = torch.zeros(1, 2, 8, 8)
    truth[:, :, 2:5, 2:5] = 1
    inside, known = torch.ones(1, 1, 8, 8), torch.ones(1, 2)
    right = (truth - 0.5) * 20

    assert lesion_loss(right, truth, inside, known, positive_weight=4) < 0.02
    assert lesion_loss(-right, truth, inside, known, positive_weight=4) > 5
    assert lesion_loss(-right, truth, inside, torch.zeros(1, 2), positive_weight=4) == 0


def test_a_crop_that_is_not_moved_is_the_image_itself() -> None:
    prepared = _prepared(3)
    draws = CropDraws(
        image=np.array([2]),
        middle=np.array([[30, 26]], np.float32),
        move=np.eye(2, dtype=np.float32)[None],
        gamma=np.ones(1, np.float32),
        gain=np.ones((1, 3), np.float32),
        shift=np.zeros((1, 3), np.float32),
    )

    pictures, inside, truth = _cut(layers_of(prepared, device=CPU), draws)

    rows, columns = slice(10, 42), slice(14, 46)
    np.testing.assert_allclose(
        pictures[0].permute(1, 2, 0) * 255, prepared.images[2, rows, columns], atol=0.01
    )
    np.testing.assert_allclose(truth[0].permute(1, 2, 0), prepared.masks[2, rows, columns], atol=1e-4)
    assert inside.all()


def test_image_and_mask_move_in_step_and_black_stays_black() -> None:
    prepared = _prepared(4)
    settings = replace(STILL, rotation_degrees=180.0, flips=True, scale_log=0.25, batch_size=16)
    layers = layers_of(prepared, device=CPU)
    drawer = CropDrawer(prepared, settings, classes=CLASSES)
    random = np.random.default_rng(3)

    pictures, inside, truth = _cut(layers, drawer.draw(random))
    tinting = replace(settings, brightness=0.3, gain=0.3)
    tinted, around, _ = _cut(layers, CropDrawer(prepared, tinting, classes=CLASSES).draw(random))

    lit = (pictures[:, :2] - 60 / 255) / (1 - 60 / 255)  # red is HE's mask, green EX's
    whole = (inside == 1).expand_as(truth)
    np.testing.assert_allclose(lit[whole], truth[whole], atol=1e-4)
    assert 0.2 < float((truth.amax((2, 3)) > 0.5).float().mean()) < 1  # most crops hold a lesion
    assert float(inside.amin()) == 0  # some reach outside
    assert not tinted[(around == 0).expand_as(tinted)].any()


def test_crops_lean_towards_classes_as_their_weights_say() -> None:
    prepared = _prepared(4)
    settings = replace(STILL, lesion_crop_share=1.0, jitter_px=0.0, crop_weights=(0.0, 1.0), batch_size=32)

    draws = CropDrawer(prepared, settings, classes=CLASSES).draw(np.random.default_rng(1))

    x, y = draws.middle.T.astype(int)
    assert prepared.masks[draws.image, y, x, 1].all()


def test_a_stopped_run_goes_on_from_its_checkpoint_and_ends_like_an_unstopped_one(
    fit: Fit, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = fit("whole")
    save = CheckpointFolder.save

    def killed_after_epoch_1(self: CheckpointFolder, content: bytes, **kept: Any) -> Path:
        raise KeyboardInterrupt(save(self, content, **kept))

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(CheckpointFolder, "save", killed_after_epoch_1)
        fit("stopped")
    resumed, events = fit("stopped", attempt=2)

    assert [event["epoch"] for event in events if event["event"] == "resumed"] == [1]
    (epoch,) = (event for event in events if event["event"] == "epoch")
    assert {"train_loss", "validation_HE_aupr", "validation_EX_dice"} <= set(epoch["metrics"])
    for one, other in zip(whole.state_dict().values(), resumed.state_dict().values(), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-6)


def test_a_final_training_goes_on_from_the_weights_it_is_given(fit: Fit) -> None:
    network, _ = build_unet_lite0(replace(SETTINGS, initialisation="random"), classes=2)
    given = {name: values.clone() for name, values in network.state_dict().items()}
    crawling = replace(SETTINGS, epochs=1, steps_per_epoch=1, learning_rate=1e-7)

    trained, _ = fit("final", settings=crawling, start=given)

    for name, weights in trained.named_parameters():
        torch.testing.assert_close(weights, given[name], rtol=0, atol=1e-5)
