"""A trained model becomes a starter only with its data, licence and commands on the card."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from annotations.models import Project
from inference.ml.model_store import load_model, write_model
from inference.ml.presets import preset_named
from inference.ml.settings import provenance
from inference.services import keep_starter
from inference.services.keep_starter import keep_starter_model
from inference.services.starter_models import STARTER_FOLDER, register_starter_models, starter_ids
from tests.inference.tiny_models import write_segmenter

ITEMS = [
    {"id": "IDRiD_01", "split": "train"},
    {"id": "IDRiD_02", "split": "train"},
    {"id": "IDRiD_03", "split": "test"},
]


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """A segmenter with the card of a training from a manifest of three images."""
    folder = tmp_path / "trained"
    write_segmenter(folder)
    stored = load_model(folder)
    settings = provenance(preset_named("cpu_unet_lite0", task="segmenter").settings)
    settings["half_weights"]["value"] = True
    folds = {"train": {"images": 2}, "validation": {"images": 0}, "test": {"images": 1}}
    card = stored.card | {
        "preset": "cpu_unet_lite0",
        "seed": 1,
        "settings": settings,
        "provenance": {},
        "split": {"by": "patient", "folds": folds},
    }
    write_model(folder, onnx=stored.onnx, card=card)
    return folder


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"classes": ["HE", "EX"], "items": ITEMS}))
    return path


def test_the_card_tells_data_licence_commit_test_images_and_commands(
    project: Project, trained: Path, manifest: Path, tmp_path: Path
) -> None:
    into = tmp_path / "starter"

    call_command("keep_starter_model", trained, manifest=manifest, commit="abc123", into=into)

    card = load_model(into / "segmenter", expected_id=starter_ids(into)["segmenter"]).card
    assert card["starter"]["dataset"] == "IDRiD"
    assert card["starter"]["licence"] == "CC BY 4.0"
    assert "10.21227/H25W98" in card["starter"]["attribution"]
    assert card["starter"]["images"] == 3
    assert card["starter"]["commands"][-1] == (
        "manage.py train segmenter --preset cpu_unet_lite0 --set half_weights=true --seed 1 --wait"
    )
    assert card["provenance"]["code_commit"] == "abc123"
    assert card["split"]["test_images"] == ["IDRiD_03"]
    assert any("one clinic" in limit for limit in card["limits"])
    assert len(register_starter_models(project=project, folder=into).champions) == 1


def test_images_of_another_data_set_are_refused(
    trained: Path, manifest: Path, tmp_path: Path, db: None
) -> None:
    manifest.write_text(json.dumps({"items": [*ITEMS[:2], {"id": "rahim_7_OD", "split": "test"}]}))

    with pytest.raises(CommandError, match="rahim_7_OD"):
        call_command("keep_starter_model", trained, manifest=manifest, into=tmp_path / "starter")

    assert not (tmp_path / "starter").exists()


def test_another_manifest_is_refused(trained: Path, manifest: Path, tmp_path: Path, db: None) -> None:
    manifest.write_text(json.dumps({"items": ITEMS[:2]}))

    with pytest.raises(CommandError, match="other images than the card"):
        call_command("keep_starter_model", trained, manifest=manifest, into=tmp_path / "starter")


def test_a_model_over_12_mb_is_refused(
    trained: Path, manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep_starter, "MOST_BYTES", 100)

    with pytest.raises(Exception, match="half_weights"):
        keep_starter_model(folder=trained, manifest=manifest, commit="abc", into=tmp_path / "starter")


@pytest.mark.parametrize("task", sorted(starter_ids(STARTER_FOLDER)))
def test_a_starter_of_the_repository_is_small_unchanged_and_says_where_it_is_from(task: str) -> None:
    folder = STARTER_FOLDER / task

    card: dict[str, Any] = load_model(folder, expected_id=starter_ids(STARTER_FOLDER)[task]).card

    assert (folder / "model.onnx").stat().st_size <= 12_000_000
    assert card["task"] == task
    assert card["settings"]["half_weights"]["value"] is True
    assert card.get("trained_on_all", False) is (task == "segmenter")
    assert card["metrics"]["test"]
    assert card["starter"]["licence"] == "CC BY 4.0"
    assert len(card["provenance"]["code_commit"]) == 40
