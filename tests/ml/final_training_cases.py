"""A training that is killed around its last epochs, those on all images. Run in its own process."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from imaging.phantom import draw_phantom
from inference.ml import unet_lite0_export, unet_lite0_fit
from inference.ml.checkpoints import CheckpointFolder
from inference.ml.requests import TrainRequest
from inference.ml.training import train
from tests.ml.conftest import save_phantom
from tests.ml.models import leaning_segmenter

EPOCHS, FINAL_EPOCHS = 1, 2
FOLDS = ("train", "train", "validation", "test")
SETTINGS = {
    "side_px": 64,
    "crop_px": 32,
    "batch_size": 2,
    "epochs": EPOCHS,
    "steps_per_epoch": 2,
    "final_epochs": FINAL_EPOCHS,
    "views": 1,
    "learning_rate": 0.1,
}
SAVES = ("the scored epochs", "the first epoch on all images", "the last epoch on all images")
Train = Callable[..., tuple[list[dict[str, Any]], dict[str, Tensor]]]


class Killed(Exception):
    """Ends a training where kill -9 might: a checkpoint is on the disk, nothing follows it."""


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantoms")
    items = []
    for number, fold in enumerate(FOLDS):
        image, masks = save_phantom(
            draw_phantom(eye="OD", icdr_grade=3, seed=number, side=128), folder, f"p{number}"
        )
        facts = {"id": f"p{number}", "path": str(image), "patient": f"p{number}", "split": fold}
        items.append({**facts, "looked_for": ["HE"], "masks": {"HE": masks["HE"]}})
    path = folder / "manifest.json"
    path.write_text(json.dumps({"classes": ["HE"], "items": items}), encoding="utf-8")
    return path


@pytest.fixture
def run(manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Train:
    """Trains a network of one layer; gives the events and the weights of the network that was exported last.

    Everything but the network and its export is the real thing.
    """
    exported: list[dict[str, Tensor]] = []

    def one_layer(settings: Any, *, classes: int) -> tuple[nn.Module, str]:
        return nn.Sequential(nn.Conv2d(3, classes, 3, padding=1), nn.BatchNorm2d(classes)), "random"

    def hand_built(network: nn.Module, *, examples: Any, half: bool) -> bytes:
        exported.append({name: values.clone() for name, values in network.state_dict().items()})
        return leaning_segmenter().onnx

    monkeypatch.setattr(unet_lite0_fit, "build_unet_lite0", one_layer)
    monkeypatch.setattr(unet_lite0_export, "export_unet_lite0", hand_built)

    def begin(name: str, *, attempt: int = 1) -> tuple[list[dict[str, Any]], dict[str, Tensor]]:
        events: list[dict[str, Any]] = []
        request = TrainRequest(
            task="segmenter",
            preset="cpu_unet_lite0",
            manifest=manifest,
            work_dir=tmp_path / name,
            out_dir=tmp_path / name / "model",
            settings=SETTINGS,
            attempt=attempt,
        )
        train(request, emit=events.append)
        return events, exported[-1]

    return begin


@pytest.mark.parametrize("saves", [1, 2, 3], ids=SAVES)
def test_a_training_killed_around_its_last_epochs_ends_as_one_that_was_not(
    run: Train, saves: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, expected = run("whole")
    save, done = CheckpointFolder.save, []

    def killed(self: CheckpointFolder, content: bytes, **kept: Any) -> Path:
        done.append(save(self, content, **kept))
        if len(done) == saves:
            raise Killed
        return done[-1]

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(CheckpointFolder, "save", killed)
        run("killed")
    assert not (tmp_path / "killed" / "model").exists()
    events, weights = run("killed", attempt=2)

    card = json.loads((tmp_path / "killed" / "model" / "card.json").read_text())
    assert [epoch["epoch"] for epoch in card["history"]] == [1, 2, 3]
    assert card["trained_on_all"]
    assert [event["epoch"] for event in events if event["event"] == "epoch"] == [1, 2, 3][saves:]
    assert [event["event"] for event in events].count("done") == 1
    for name, values in expected.items():
        np.testing.assert_array_equal(weights[name], values)


def test_the_last_epochs_change_the_weights_that_were_scored(
    run: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, last = run("with")
    monkeypatch.setitem(SETTINGS, "final_epochs", 0)
    _, scored = run("without")

    assert not torch.equal(last["0.weight"], scored["0.weight"])
