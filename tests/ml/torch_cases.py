"""What must hold of the torch side. Run in its own process by test_frameworks.py."""

import io
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch

from inference.ml import resnet_fit, weights
from inference.ml.architectures.base import FitJob
from inference.ml.checkpoints import CheckpointFolder
from inference.ml.classifier_export import export_classifier
from inference.ml.data import Prepared
from inference.ml.resnet import DrClassifier, augment, build_classifier, normalise, weighted_cross_entropy
from inference.ml.resnet_settings import Balancing, ResnetSettings
from inference.ml.settings import Augmentation
from inference.ml.torch_loop import TorchRun, train_in_epochs

SETTINGS = ResnetSettings(
    initialisation="random", side_px=32, batch_size=4, epochs=2, learning_rate=1e-3, balancing=Balancing.NONE
)


def _prepared(count: int, *, seed: int = 1) -> Prepared:
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    images = random.integers(0, 120, (count, 32, 32, 3)) + 100 * labels[:, None, None, None]
    return Prepared(
        images=images.astype(np.uint8),
        inside=np.ones((count, 32, 32), np.bool_),
        masks=np.zeros((count, 32, 32, 0), np.bool_),
        known=np.zeros((count, 0), np.bool_),
        labels=labels.astype(np.float32),
        referable=np.full(count, np.nan, np.float32),
    )


def _fit(
    folder: Path, *, attempt: int = 1, settings: ResnetSettings = SETTINGS
) -> tuple[Any, list[dict[str, Any]]]:
    events: list[dict[str, Any]] = []
    job = FitJob(
        settings=settings,
        classes=(),
        train=_prepared(10),
        validation=_prepared(4, seed=2),
        examples=_prepared(1).images,
        seed=1,
        threads=1,
        checkpoints=CheckpointFolder(folder, attempt=attempt, fingerprint="run"),
        emit=events.append,
        started={},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resnet_fit, "build_classifier", _shallow)
        model, _, _ = resnet_fit.fit_classifier(job)
    return model, events


def _shallow(settings: ResnetSettings) -> tuple[DrClassifier, str]:
    """The network with the first block of each stage alone: only that one changes the shape."""
    model, initialisation = build_classifier(settings)
    network = model.network
    for stage in (network.layer1, network.layer2, network.layer3, network.layer4):
        del stage[1:]
    return model, initialisation


@pytest.mark.parametrize("weight", [1.0, 2.0, 2.5, 3.0])
def test_the_weighted_loss_is_the_studys_formula_with_a_plain_mean(weight: float) -> None:
    p = [0.9, 0.3, 0.6, 0.2]
    y = [1, 1, 0, 0]
    by_hand = -(math.log(0.9) + math.log(0.3) + weight * math.log(0.4) + weight * math.log(0.8)) / 4

    loss = weighted_cross_entropy(
        torch.logit(torch.tensor(p)), torch.tensor(y, dtype=torch.float32), no_dr_weight=weight
    )

    assert float(loss) == pytest.approx(by_hand, rel=1e-5)


def test_augmentation_off_changes_nothing_and_borders_repeat() -> None:
    off = Augmentation(
        rotation_degrees=0, width_shift=0, height_shift=0, zoom=0, horizontal_flip=False, vertical_flip=False
    )
    images = torch.rand(3, 3, 16, 16)

    assert torch.allclose(augment(images, off), images, atol=1e-5)
    assert torch.allclose(augment(torch.ones(3, 3, 16, 16), Augmentation()), torch.ones(3, 3, 16, 16))


def test_a_stopped_run_goes_on_from_its_checkpoint_and_ends_like_an_unstopped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(SETTINGS, optimizer="adamw", one_cycle=True, balancing=Balancing.OVERSAMPLE)
    whole, _ = _fit(tmp_path / "whole", settings=settings)
    save = CheckpointFolder.save

    def killed_after_epoch_1(self: CheckpointFolder, content: bytes, **kept: Any) -> Path:
        path = save(self, content, **kept)
        raise KeyboardInterrupt(path)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(CheckpointFolder, "save", killed_after_epoch_1)
        _fit(tmp_path / "stopped", settings=settings)
    resumed, events = _fit(tmp_path / "stopped", attempt=2, settings=settings)

    (told,) = (event for event in events if event["event"] == "resumed")
    assert (told["epoch"], told["record"]["epoch"], "train_loss" in told["record"]["metrics"]) == (1, 1, True)
    assert [event["epoch"] for event in events if event["event"] == "epoch"] == [2]
    for one, other in zip(whole.state_dict().values(), resumed.state_dict().values(), strict=True):
        assert torch.allclose(one.float(), other.float(), atol=1e-5)


@pytest.mark.parametrize(
    "changes", [{"optimizer": "adamw", "one_cycle": True}, {"balancing": Balancing.OVERSAMPLE}]
)
def test_every_optimizer_and_balancing_trains(tmp_path: Path, changes: dict[str, Any]) -> None:
    _, events = _fit(tmp_path, settings=replace(SETTINGS, epochs=1, **changes))

    (epoch,) = (event for event in events if event["event"] == "epoch")
    assert math.isfinite(epoch["metrics"]["train_loss"])
    assert 0 <= epoch["metrics"]["validation_accuracy"] <= 1


def test_the_exported_classifier_gives_torchs_logit_and_activation_map() -> None:
    model, _ = _shallow(SETTINGS)
    model.eval()
    inputs = normalise(torch.from_numpy(_prepared(2).images))

    onnx = export_classifier(model, inputs=inputs)

    session = onnxruntime.InferenceSession(onnx)
    logit, activation = session.run(["logit", "cam"], {"image": inputs.numpy()})
    with torch.inference_mode():
        expected, _ = model(inputs)
    assert np.allclose(logit, expected.numpy(), atol=1e-3)
    bias = float(model.network.fc.bias.detach())
    assert np.allclose(activation.mean((2, 3)) + bias, logit, atol=1e-3)  # the map explains the logit


def test_without_weights_to_be_had_the_run_says_it_is_not_the_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEIGHTS_DIR", str(tmp_path))
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    monkeypatch.setattr(weights, "_download", lambda: None)

    start = weights.imagenet_resnet50()

    assert start.state is None
    assert start.description.startswith("random initialisation, not the study")


def test_weights_of_the_folder_are_used_only_when_their_checksum_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    buffer = io.BytesIO()
    torch.save({"conv1.weight": torch.ones(1)}, buffer)
    (tmp_path / weights.FILE_NAME).write_bytes(buffer.getvalue())
    monkeypatch.setenv("WEIGHTS_DIR", str(tmp_path))
    monkeypatch.setattr(weights, "_download", lambda: None)
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))

    assert weights.imagenet_resnet50().state is None  # a wrong file is not taken
    monkeypatch.setattr(weights, "_matching", lambda content: content)
    found = weights.imagenet_resnet50()

    assert found.state is not None
    assert found.description.startswith("ImageNet")


def test_a_silent_network_does_not_hold_up_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading
    import time

    given_up = threading.Event()

    def silent(*_: object, **__: object) -> None:
        given_up.wait(5)
        raise TimeoutError

    monkeypatch.setattr(weights, "FIRST_ANSWER_SECONDS", 0.2)
    monkeypatch.setattr("urllib.request.urlopen", silent)
    began = time.monotonic()

    assert weights._download() is None
    assert time.monotonic() - began < 2
    given_up.set()


def test_refreshed_statistics_are_those_of_the_training_images() -> None:
    torch.manual_seed(1)
    model, _ = build_classifier(SETTINGS)
    images = torch.from_numpy(_prepared(8).images)
    first = model.network.bn1
    momentum = first.momentum

    resnet_fit.refresh_statistics(model, images, batch_size=8)

    with torch.inference_mode():
        seen = model.network.conv1(normalise(images))
    torch.testing.assert_close(first.running_mean, seen.mean((0, 2, 3)), rtol=1e-3, atol=1e-4)
    assert first.momentum == momentum


@pytest.mark.parametrize("averaging", [0.0, 0.9])
def test_watching_teaches_the_network_nothing(tmp_path: Path, averaging: float) -> None:
    network = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    run = TorchRun(
        network, optimizer=optimizer, schedule=None, seed=1, initialisation="random", averaging=averaging
    )
    changed: list[str] = []
    learned: list[bool] = []

    def watch() -> dict[str, float]:
        before = {name: values.clone() for name, values in run.trained.state_dict().items()}
        run.trained(torch.randn(4, 3))
        after = run.trained.state_dict()
        changed.extend(name for name, values in before.items() if not torch.equal(values, after[name]))
        return {}

    def losses() -> Iterator[torch.Tensor]:
        learned.append(network.training)
        yield run.network(torch.randn(4, 3)).square().mean()

    job = FitJob(
        settings=SETTINGS, classes=(), train=_prepared(0), validation=_prepared(0),
        examples=_prepared(1).images, seed=1, threads=1,
        checkpoints=CheckpointFolder(tmp_path, attempt=1, fingerprint="run"), emit=lambda _: None, started={},
    )  # fmt: skip
    train_in_epochs(run, job, steps=1, losses=losses, watch=watch)

    assert changed == []
    assert learned == [True, True]
