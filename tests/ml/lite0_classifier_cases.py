"""EfficientNet-Lite0 with two logits: its loss, its maps, its training. Run by test_frameworks.py."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch

from inference.ml.architectures import architecture_of
from inference.ml.architectures.base import FitJob
from inference.ml.checkpoints import CheckpointFolder
from inference.ml.classifier_export import export_classifier
from inference.ml.data import Prepared
from inference.ml.efficientnet_lite0 import build_efficientnet_lite0, known_cross_entropy
from inference.ml.efficientnet_lite0_fit import fit_efficientnet_lite0
from inference.ml.efficientnet_lite0_settings import EfficientnetLite0Settings

SETTINGS = EfficientnetLite0Settings(side_px=64, batch_size=4, epochs=1)
CLASSES = ("DR", "REF")


def _prepared(count: int) -> Prepared:
    random = np.random.default_rng(count)
    labels = (np.arange(count) % 2).astype(np.float32)
    referable = np.where(np.arange(count) % 3 == 0, np.nan, labels).astype(np.float32)
    return Prepared(
        images=random.integers(0, 255, (count, 64, 64, 3), dtype=np.uint8),
        inside=np.ones((count, 64, 64), np.bool_),
        masks=np.zeros((count, 64, 64, 0), np.bool_),
        known=np.zeros((count, 0), np.bool_),
        labels=labels,
        referable=referable,
    )


def test_what_the_reading_does_not_say_gives_no_gradient() -> None:
    logits = torch.tensor([[2.0, -1.0], [0.5, 3.0]], requires_grad=True)

    loss = known_cross_entropy(logits, torch.tensor([[1.0, math.nan], [0.0, 1.0]]), smoothing=0.04)
    loss.backward()  # type: ignore[no-untyped-call]

    assert logits.grad is not None
    assert logits.grad[0, 1] == 0
    assert (logits.grad[[0, 1, 1], [0, 0, 1]] != 0).all()


def test_a_batch_that_says_nothing_has_no_loss() -> None:
    logits = torch.zeros(2, 2, requires_grad=True)

    loss = known_cross_entropy(logits, torch.full((2, 2), math.nan), smoothing=0.04)
    loss.backward()  # type: ignore[no-untyped-call]

    assert loss == 0
    assert logits.grad is not None
    assert (logits.grad == 0).all()


def test_smoothing_moves_answers_towards_one_half() -> None:
    certain = torch.tensor([[math.log(0.98 / 0.02)]])

    best = known_cross_entropy(certain, torch.ones(1, 1), smoothing=0.04)

    assert best < known_cross_entropy(certain + 1, torch.ones(1, 1), smoothing=0.04)
    assert best < known_cross_entropy(certain - 1, torch.ones(1, 1), smoothing=0.04)


def test_the_exported_classifier_gives_torchs_logits_and_maps_that_explain_them() -> None:
    """Exporting compares with torch before the weights are halved; here is what halving leaves."""
    model, _ = build_efficientnet_lite0(SETTINGS, classes=2)
    for stage in model.network.blocks:  # the repeats in a stage take seconds to export and are nothing new
        del stage[1:]
    inputs = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1

    onnx = export_classifier(model, inputs=inputs, half=True)

    logits, maps = onnxruntime.InferenceSession(onnx).run(["logit", "cam"], {"image": inputs.numpy()})
    with torch.inference_mode():
        expected, _ = model(inputs)
    bias = model.network.classifier.bias.detach().numpy()
    assert logits.shape == (2, 2)
    assert np.allclose(logits, expected.numpy(), atol=0.05)
    assert np.allclose(maps.mean((2, 3)) + bias, logits, atol=0.05)


@pytest.mark.parametrize("classes", [CLASSES, CLASSES[:1]])
def test_it_trains_and_tells_the_auc_of_each_class(tmp_path: Path, classes: tuple[str, ...]) -> None:
    events: list[dict[str, Any]] = []
    job = FitJob(
        settings=SETTINGS,
        classes=classes,
        train=_prepared(8),
        validation=_prepared(5),
        examples=_prepared(2).images,
        seed=1,
        threads=1,
        checkpoints=CheckpointFolder(tmp_path, attempt=1, fingerprint="f"),
        emit=events.append,
        started={},
    )

    network, initialisation, (record,) = fit_efficientnet_lite0(job)

    assert {f"validation_{name}_auc" for name in classes} < set(record["metrics"])
    assert initialisation.startswith("ImageNet")
    assert [event["event"] for event in events].count("step") == 2
    assert not network.training
    card = architecture_of(SETTINGS).prediction_part(SETTINGS, classes)
    assert card["output"]["classes"] == list(classes)
    assert card["input"]["views"] == ["as_is", "mirrored", "upside_down", "half_turn"]
