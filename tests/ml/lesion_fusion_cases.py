"""The classifier that reads findings: its network, its training, its export. Run by test_frameworks.py."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from inference.ml.architectures.base import FitJob
from inference.ml.checkpoints import CheckpointFolder
from inference.ml.classifier_export import export_classifier
from inference.ml.data import Prepared
from inference.ml.efficientnet_lite0_fit import fit_lite0_classifier
from inference.ml.lesion_fusion import LesionFusion, build_lesion_fusion
from inference.ml.lesion_fusion_settings import LesionFusionSettings

FACTS = 10
SETTINGS = LesionFusionSettings(side_px=64, batch_size=4, epochs=1, initialisation="random")


def _prepared(count: int) -> Prepared:
    random = np.random.default_rng(count)
    labels = (np.arange(count) % 2).astype(np.float32)
    lesions = random.normal(3, 2, (count, FACTS)).astype(np.float32)
    lesions[:, 0] = 5 * labels
    return Prepared(
        images=random.integers(0, 255, (count, 64, 64, 3), dtype=np.uint8),
        inside=np.ones((count, 64, 64), np.bool_),
        masks=np.zeros((count, 64, 64, 0), np.bool_),
        known=np.zeros((count, 0), np.bool_),
        labels=labels,
        referable=labels,
        lesions=lesions,
    )


def _job(folder: Path, emit: Any, **changed: Any) -> FitJob:
    return FitJob(
        settings=replace(SETTINGS, **changed),
        classes=("DR", "REF"),
        train=_prepared(8),
        validation=_prepared(5),
        examples=_prepared(2).images,
        seed=1,
        threads=1,
        checkpoints=CheckpointFolder(folder, attempt=1, fingerprint="f"),
        emit=emit,
        started={},
    )


class _Picture(nn.Module):
    """A network over pictures small enough to train and export within a second."""

    def __init__(self) -> None:
        super().__init__()
        self.maps = nn.Conv2d(3, 2, 32, stride=32)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and maps."""
        maps: Tensor = self.maps(images)
        return maps.mean((2, 3)), maps


def _small(job: FitJob) -> tuple[LesionFusion, str]:
    lesions = torch.from_numpy(np.asarray(job.train.lesions))
    middle, spread = lesions.mean(0), lesions.std(0)
    network = LesionFusion(_Picture(), classes=2, middle=middle, spread=spread, units=4, dropout=0.25)
    return network, "random weights"


def test_before_training_the_picture_speaks_alone(tmp_path: Path) -> None:
    network, _ = build_lesion_fusion(_job(tmp_path, print))
    network.eval()
    pictures = torch.rand(2, 3, 64, 64)

    with torch.inference_mode():
        few, maps = network(pictures, torch.zeros(2, FACTS))
        many, _ = network(pictures, torch.full((2, FACTS), 9.0))

    assert torch.equal(few, many)
    bias = network.picture.network.classifier.bias  # type: ignore[union-attr]
    assert torch.allclose(maps.mean((2, 3)) + bias, few, atol=1e-4)


def test_it_learns_from_findings_and_its_export_reads_both_inputs(tmp_path: Path) -> None:
    events: list[dict[str, Any]] = []
    job = _job(tmp_path, events.append, epochs=2, learning_rate=0.02, averaging=0.0)
    lesions = torch.from_numpy(np.asarray(job.train.lesions))[:2]

    network, _, history = fit_lite0_classifier(job, build=_small)
    onnx = export_classifier(network, inputs=torch.rand(2, 3, 64, 64), lesions=lesions)

    assert [event["event"] for event in events].count("step") == 4
    assert "validation_DR_auc" in history[0]["metrics"]
    session = onnxruntime.InferenceSession(onnx)
    assert [given.name for given in session.get_inputs()] == ["image", "lesions"]
    picture = np.zeros((1, 3, 64, 64), np.float32)
    few, many = (
        session.run(["logit"], {"image": picture, "lesions": np.full((1, FACTS), count, np.float32)})[0]
        for count in (0, 5)
    )
    assert not np.allclose(few, many)
