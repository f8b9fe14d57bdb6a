"""A training from rectangles, killed around its last epochs, those on all images. Run in its own process."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from imaging.mask_codec import encode_mask
from imaging.masks import component_rects, rasterize
from imaging.phantom import draw_phantom
from inference.ml import unet_lite0_export, unet_lite0_fit
from inference.ml.checkpoints import CheckpointFolder
from inference.ml.requests import TrainRequest
from inference.ml.training import train
from tests.ml.conftest import save_phantom
from tests.ml.models import leaning_segmenter

EPOCHS, FINAL_EPOCHS = 1, 2
RECTANGLES = 2  # of each image; its other lesions are outlined
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
        phantom = draw_phantom(eye="OD", icdr_grade=3, seed=number, side=128)
        image, masks = save_phantom(phantom, folder, f"p{number}")
        rects = [rect for rect, _ in component_rects(phantom.mask("HE"))][:RECTANGLES]
        mask = phantom.mask("HE") | rasterize(rects, height=128, width=128)
        Path(masks["HE"]).write_bytes(encode_mask(mask))
        facts = {"id": f"p{number}", "path": str(image), "patient": f"p{number}", "split": fold}
        drawn = {"HE": [[rect.x, rect.y, rect.width, rect.height] for rect in rects]}
        labels = {"looked_for": ["HE"], "masks": {"HE": masks["HE"]}, "rectangles": drawn}
        items.append({**facts, **labels})
    path = folder / "manifest.json"
    path.write_text(json.dumps({"classes": ["HE"], "items": items}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def run(manifest: Path) -> Iterator[Train]:
    """Trains a network of one layer; gives the events and the weights of the network that was exported last.

    Everything but the network and its export is the real thing.
    """
    exported: list[dict[str, Tensor]] = []

    def one_layer(settings: Any, *, classes: int) -> tuple[nn.Module, str]:
        return nn.Sequential(nn.Conv2d(3, classes, 3, padding=1), nn.BatchNorm2d(classes)), "random"

    def hand_built(network: nn.Module, *, examples: Any, half: bool) -> bytes:
        exported.append({name: values.clone() for name, values in network.state_dict().items()})
        return leaning_segmenter().onnx

    def begin(
        folder: Path, *, attempt: int = 1, **changed: Any
    ) -> tuple[list[dict[str, Any]], dict[str, Tensor]]:
        events: list[dict[str, Any]] = []
        request = TrainRequest(
            task="segmenter",
            preset="cpu_unet_lite0",
            manifest=manifest,
            work_dir=folder,
            out_dir=folder / "model",
            settings=SETTINGS | changed,
            attempt=attempt,
        )
        train(request, emit=events.append)
        return events, exported[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unet_lite0_fit, "build_unet_lite0", one_layer)
        patch.setattr(unet_lite0_export, "export_unet_lite0", hand_built)
        yield begin


@pytest.fixture(scope="module")
def expected(run: Train, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tensor]:
    """The weights of a training that nobody disturbed."""
    return run(tmp_path_factory.mktemp("whole"))[1]


@pytest.mark.parametrize("saves", [1, 2, 3], ids=SAVES)
def test_a_training_killed_around_its_last_epochs_ends_as_one_that_was_not(
    run: Train, expected: dict[str, Tensor], saves: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, done = CheckpointFolder.save, []

    def killed(self: CheckpointFolder, content: bytes, **kept: Any) -> Path:
        done.append(save(self, content, **kept))
        if len(done) == saves:
            raise Killed
        return done[-1]

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(CheckpointFolder, "save", killed)
        run(tmp_path)
    assert not (tmp_path / "model").exists()
    events, weights = run(tmp_path, attempt=2)

    card = json.loads((tmp_path / "model" / "card.json").read_text())
    assert [epoch["epoch"] for epoch in card["history"]] == [1, 2, 3]
    assert card["trained_on_all"]
    assert card["rectangles"] == {"counts": {"HE": RECTANGLES * len(FOLDS)}, "use": "tighten"}
    assert any("rectangles" in limit for limit in card["limits"])
    assert [event["epoch"] for event in events if event["event"] == "epoch"] == [1, 2, 3][saves:]
    assert [event["event"] for event in events].count("done") == 1
    for name, values in expected.items():
        np.testing.assert_array_equal(weights[name], values)


def test_the_last_epochs_change_the_weights_that_were_scored(
    run: Train, expected: dict[str, Tensor], tmp_path: Path
) -> None:
    _, scored = run(tmp_path, final_epochs=0)

    assert not torch.equal(expected["0.weight"], scored["0.weight"])
