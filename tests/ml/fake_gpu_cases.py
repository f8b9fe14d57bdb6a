"""The way of both Lite0 networks over a GPU, without one: fake tensors that know only shape, type and device.

An operation on tensors of two devices raises here as it does on a GPU, and so does reading a number back in
the middle of a step. Run in its own process by test_frameworks.py. Not covered, for want of a device: the
gradients (PyTorch's own, made of what the forward pass used; zeros here), copying results back, and speed.
"""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorDeviceMismatchError, FakeTensorMode

from inference.ml import efficientnet_lite0_fit, unet_lite0_fit
from inference.ml.architectures.base import FitJob
from inference.ml.checkpoints import CheckpointFolder
from inference.ml.data import Prepared
from inference.ml.efficientnet_lite0_settings import EfficientnetLite0Settings
from inference.ml.lite0_training import begin_run
from inference.ml.torch_loop import TorchRun
from inference.ml.unet_lite0_settings import UnetLite0Settings

GPU = torch.device("cuda", 0)
SIDE, STEPS = 64, 2


class OneEpochDone(Exception):
    """Ends a training after its first epoch."""


def _prepared(count: int) -> Prepared:
    masks = np.zeros((count, SIDE, SIDE, 2), np.bool_)
    masks[:, 20:30, 20:30, 0] = True
    return Prepared(
        images=np.full((count, SIDE, SIDE, 3), 90, np.uint8),
        inside=np.ones((count, SIDE, SIDE), np.bool_),
        masks=masks,
        known=np.ones((count, 2), np.bool_),
        labels=np.arange(count, dtype=np.float32) % 2,
        referable=np.full(count, np.nan, np.float32),
        coverage=masks * np.uint8(255),
        unsure=np.roll(masks, 10, axis=1) * np.uint8(255),
    )


def _job(settings: Any, classes: tuple[str, ...], folder: Path) -> FitJob:
    return FitJob(
        settings=settings,
        classes=classes,
        train=_prepared(4),
        validation=_prepared(2),
        examples=_prepared(1).images,
        seed=1,
        threads=1,
        checkpoints=CheckpointFolder(folder, attempt=1, fingerprint="run"),
        emit=lambda event: None,
        started={},
    )


@pytest.fixture
def losses(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Tensor]]:
    """Trainings use a fake GPU from when their network is there, and end after one epoch: its losses."""
    seen: list[Tensor] = []
    runs: list[TorchRun] = []

    def begin_on_fake_gpu(network: Any, settings: Any, **known: Any) -> TorchRun:
        pretending.enter_context(FakeTensorMode(allow_non_fake_inputs=True))
        runs.append(begin_run(network, settings, **known))
        return runs[0]

    def without_gradients(loss: Tensor) -> None:
        assert loss.requires_grad
        for parameter in runs[0].network.parameters():
            parameter.grad = torch.zeros_like(parameter)

    def one_epoch(run: TorchRun, job: FitJob, *, losses: Callable[[], Iterator[Tensor]], **_: object) -> None:
        run.network.train()
        seen.extend(map(run.learn, losses()))
        raise OneEpochDone

    monkeypatch.setattr(Tensor, "backward", without_gradients)
    monkeypatch.setattr("torch.cuda.amp.common.amp_definitely_not_available", lambda: False)
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda: True)
    for module in (unet_lite0_fit, efficientnet_lite0_fit):
        monkeypatch.setattr(module, "training_device", lambda: GPU)
        monkeypatch.setattr(module, "begin_run", begin_on_fake_gpu)
        monkeypatch.setattr(module, "train_in_epochs", one_epoch)
    with contextlib.ExitStack() as pretending:
        yield seen
    assert {values.device for values in runs[0].trained.state_dict().values()} == {GPU}


def test_the_segmenter_trains_on_a_gpu(losses: list[Tensor], tmp_path: Path) -> None:
    settings = UnetLite0Settings(
        side_px=SIDE, crop_px=32, batch_size=2, steps_per_epoch=STEPS, initialisation="random"
    )

    with pytest.raises(OneEpochDone):
        unet_lite0_fit.fit_unet_lite0(_job(settings, ("HE", "EX"), tmp_path))

    assert [loss.device for loss in losses] == [GPU] * STEPS
    with pytest.raises(FakeTensorDeviceMismatchError):  # what a tensor left on the CPU would do
        losses[0] + torch.from_numpy(np.ones(2, np.float32))


def test_the_classifier_trains_on_a_gpu(losses: list[Tensor], tmp_path: Path) -> None:
    settings = EfficientnetLite0Settings(side_px=SIDE, batch_size=2, initialisation="random")

    with pytest.raises(OneEpochDone):
        efficientnet_lite0_fit.fit_efficientnet_lite0(_job(settings, ("DR",), tmp_path))

    assert [loss.device for loss in losses] == [GPU] * STEPS
