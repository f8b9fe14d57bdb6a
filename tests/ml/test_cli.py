"""The command line: events on standard output, a stable code for each refusal, and no orphan left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inference.ml.engine import Classifier
from inference.ml.model_store import load_model, write_model
from inference.ml.requests import train_request
from tests.ml.models import bright_classifier, red_segmenter

ROOT = Path(__file__).resolve().parents[2]
Event = dict[str, Any]
WriteManifest = Callable[[dict[str, Any]], Path]
TINY_UNET = {
    "side_px": 64,
    "crop_px": 0,
    "lesion_crop_share": 0,
    "encoder_filters": [4, 8],
    "bottleneck_filters": 8,
    "decoder_filters": [8, 4],
    "steps_per_epoch": 2,
    "epochs": 2,
}
TINY_RESNET = {"side_px": 32, "epochs": 2, "initialisation": "random"}


TINY_UNET_LITE0 = {
    "side_px": 64,
    "crop_px": 32,
    "batch_size": 2,
    "epochs": 1,
    "steps_per_epoch": 2,
    "views": 2,
    "half_weights": True,
    "final_epochs": 1,
}
NOT_INSTALLED = ("django", "rest_framework", "celery", "tensorflow", "keras", "tf2onnx")


def _start(command: str, settings: dict[str, Any], folder: Path, *flags: str) -> subprocess.Popen[str]:
    path = folder / f"{command}.json"
    path.write_text(json.dumps(settings), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-m", "inference.ml", command, "--settings", str(path), *flags],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT), str(ROOT / "platform")]),
            "OMP_NUM_THREADS": "1",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _run(command: str, settings: dict[str, Any], folder: Path) -> tuple[int, list[Event], str]:
    process = _start(command, settings, folder)
    out, log = process.communicate(timeout=300)
    return process.returncode, [json.loads(line) for line in out.splitlines()], log


def _train_settings(folder: Path, manifest: Path, **changes: Any) -> dict[str, Any]:
    return {
        "task": "segmenter",
        "preset": "quick_unet",
        "settings": TINY_UNET,
        "work_dir": str(folder / "work"),
        "out_dir": str(folder / "model"),
        "manifest": str(manifest),
        **changes,
    }


@pytest.fixture
def running() -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that a test started; none outlives it."""
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"preset": "no_such"}, "invalid_settings"),
        ({"settings": {"epochs": -1}}, "invalid_settings"),
        ({"treads": 2}, "invalid_settings"),
        ({"manifest": "/nowhere.json"}, "bad_manifest"),
    ],
)
def test_a_refusal_is_one_event_with_code_and_remedy(
    tmp_path: Path, manifest: Event, write_manifest: WriteManifest, changes: Event, code: str
) -> None:
    settings = _train_settings(tmp_path, write_manifest(manifest)) | changes

    status, events, _ = _run("train", settings, tmp_path)

    assert status == 2
    (error,) = events
    assert (error["event"], error["code"]) == ("error", code)
    assert error["message"] and error["remedy"]


def test_a_training_uses_all_its_cores_unless_told_otherwise() -> None:
    asked = {"task": "segmenter", "preset": "x", "manifest": "m", "work_dir": "w", "out_dir": "o"}

    assert train_request(asked).threads == len(os.sched_getaffinity(0))
    assert train_request({**asked, "threads": 1}).threads == 1


def test_predict_tells_each_image_and_writes_its_pictures(tmp_path: Path, manifest: Event) -> None:
    classifier, segmenter = bright_classifier(), red_segmenter()
    for name, model in (("classifier", classifier), ("segmenter", segmenter)):
        write_model(tmp_path / name, onnx=model.onnx, card=model.card)
    images = [{"id": item["id"], "path": item["path"]} for item in manifest["items"][:2]]
    settings = {
        "models": {name: str(tmp_path / name) for name in ("classifier", "segmenter")},
        "model_ids": {"classifier": classifier.id, "segmenter": segmenter.id},
        "images": images,
        "out_dir": str(tmp_path / "out"),
    }

    status, events, log = _run("predict", settings, tmp_path)

    assert status == 0, log
    assert [event["event"] for event in events] == ["image", "image", "done"]
    assert set(events[0]) >= {"id", "gradable", "dr_probability", "referable_probability", "lesions", "maps"}
    assert (tmp_path / "out" / events[0]["maps"]["HE"]).is_file()


def test_predict_refuses_a_changed_model(tmp_path: Path, manifest: Event) -> None:
    model = red_segmenter()
    write_model(tmp_path / "segmenter", onnx=model.onnx, card=model.card | {"note": "changed"})
    settings = {
        "models": {"segmenter": str(tmp_path / "segmenter")},
        "model_ids": {"segmenter": model.id},
        "images": [{"id": "a", "path": manifest["items"][0]["path"]}],
        "out_dir": str(tmp_path / "out"),
    }

    status, (error,), _ = _run("predict", settings, tmp_path)

    assert status == 2
    assert error["code"] == "changed_model"


def test_export_check_runs_a_model_once(tmp_path: Path) -> None:
    model = bright_classifier()
    write_model(tmp_path / "model", onnx=model.onnx, card=model.card)

    status, events, log = _run("export-check", {"model": str(tmp_path / "model")}, tmp_path)

    assert status == 0, log
    assert events[-1]["model"] == model.id


@pytest.mark.training
def test_a_keras_segmenter_trains_to_a_card_and_never_meets_torch(
    tmp_path: Path, manifest: Event, write_manifest: WriteManifest
) -> None:
    status, events, log = _run("train", _train_settings(tmp_path, write_manifest(manifest)), tmp_path)

    assert status == 0, log
    card = load_model(tmp_path / "model", expected_id=events[-1]["model"]).card
    assert len(card["history"]) == TINY_UNET["epochs"]
    assert card["output"]["classes"] == ["HE", "EX"]
    assert card["settings"]["l2"]["source"] == "ours"
    assert set(card["metrics"]["test"]["classes"]["HE"]) >= {"aupr", "dice", "iou", "recall", "accuracy"}
    assert not any(name in log for name in ("Traceback", "torch"))


@pytest.mark.slow
def test_a_torch_segmenter_that_was_killed_goes_on_where_django_and_tensorflow_are_not_installed(
    tmp_path: Path, manifest: Event, write_manifest: WriteManifest, running: list[subprocess.Popen[str]]
) -> None:
    for name in NOT_INSTALLED:  # found first, and as absent as a package can be
        (tmp_path / f"{name}.py").write_text(f"raise ImportError('no {name} on this machine')")
    manifest["classes"] = ["HE", "EX", "SE"]  # nobody looked for SE
    settings = _train_settings(
        tmp_path, write_manifest(manifest), preset="cpu_unet_lite0", settings=TINY_UNET_LITE0
    )
    killed = _start("train", settings, tmp_path)
    running.append(killed)
    assert killed.stdout is not None
    before = [next(event for event in map(json.loads, killed.stdout) if event["event"] == "epoch")]
    killed.kill()
    killed.wait(timeout=30)

    status, after, log = _run("train", settings | {"attempt": 2}, tmp_path)

    assert status == 0, log
    resumed = next(event for event in after if event["event"] == "resumed")
    events = [event for event in before if event["epoch"] <= resumed["epoch"]] + after
    assert [event["epoch"] for event in events if event["event"] == "epoch"] == [1, 2]
    assert {event["epochs"] for event in events if "epochs" in event} == {2}
    model = load_model(tmp_path / "model", expected_id=after[-1]["model"])
    assert model.card["output"]["classes"] == ["HE", "EX"]
    assert model.card["input"]["views"] == ["as_is", "mirrored"]
    assert model.card["initialisation"].startswith("ImageNet")
    assert any("SE" in limit for limit in model.card["limits"])
    assert {"timm", "segmentation-models-pytorch"} <= set(model.card["packages"])
    assert set(model.card["metrics"]["test"]["classes"]) <= {"HE", "EX"}
    assert [epoch["epoch"] for epoch in model.card["history"]] == [1, 2]
    assert any("learning from all 8 images" in limit for limit in model.card["limits"])
    assert not any(f"no {name} on" in log for name in NOT_INSTALLED)


@pytest.mark.training
def test_the_classifier_trains_to_a_card_that_says_it_is_not_the_study(
    tmp_path: Path, manifest: Event, write_manifest: WriteManifest
) -> None:
    settings = _train_settings(
        tmp_path,
        write_manifest(manifest),
        task="classifier",
        preset="quick_resnet50",
        settings=TINY_RESNET,
        provenance={"dataset": "d1", "commit": "abc"},
    )

    status, events, log = _run("train", settings, tmp_path)

    assert status == 0, log
    started = next(event for event in events if event["event"] == "started")
    assert "not the study" in started["initialisation"]
    model = load_model(tmp_path / "model", expected_id=events[-1]["model"])
    assert "not the study" in model.card["initialisation"]
    assert (model.card["settings"]["initialisation"]["value"], model.card["preset_is_study"]) == (
        "random",
        False,
    )
    assert model.card["provenance"] == {"dataset": "d1", "commit": "abc"}
    assert model.card["thresholds"]["DR"]["chosen_on"] == "train+validation"
    assert {"sensitivity", "specificity"} <= set(model.card["thresholds"]["DR"])
    assert set(model.card["metrics"]["test"]["at_half"]) >= {"accuracy", "precision", "recall", "f1", "auc"}
    assert Classifier(model).side == 32


@pytest.mark.slow
@pytest.mark.parametrize(("how", "status"), [("terminate", 143), ("close stdin", 3)])
def test_a_run_ends_when_told_or_when_its_parent_is_gone(
    tmp_path: Path,
    manifest: Event,
    write_manifest: WriteManifest,
    running: list[subprocess.Popen[str]],
    how: str,
    status: int,
) -> None:
    settings = _train_settings(
        tmp_path,
        write_manifest(manifest),
        task="classifier",
        preset="quick_resnet50",
        settings=TINY_RESNET | {"epochs": 1000},
    )
    process = _start("train", settings, tmp_path, "--stdin-lifeline")
    running.append(process)
    assert process.stdout is not None and process.stdin is not None
    next(line for line in process.stdout if json.loads(line)["event"] == "step")

    if how == "terminate":
        process.send_signal(signal.SIGTERM)
    else:
        process.stdin.close()
        process.stdin = None
    began = time.monotonic()
    for _ in process.stdout:  # drain, so that it can't block on a full pipe
        pass

    assert process.wait(timeout=60) == status
    assert time.monotonic() - began < 30
