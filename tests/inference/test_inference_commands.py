"""The command line of inference: reports as JSON, exit status 0 only when everything was done."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from annotations.models import FundusImage, Project
from imaging.phantom import draw_phantom
from inference.management import waiting
from inference.models import ModelVersion, TrainingRun
from inference.services import training_child
from tests.inference.test_training_runs import PlayedChild
from tests.inference.tiny_models import write_classifier

AddModel = Callable[..., ModelVersion]
RED, GREEN = (224, 49, 49), (47, 158, 68)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with two phantoms, their masks beside it, and no database rows."""
    images, masks = tmp_path / "pictures", tmp_path / "masks"
    images.mkdir()
    masks.mkdir()
    for number in (1, 2):
        phantom = draw_phantom(eye="OD", icdr_grade=3, seed=number, side=200)
        cv2.imwrite(str(images / f"eye_{number}.png"), cv2.cvtColor(phantom.rgb, cv2.COLOR_RGB2BGR))
        for code in ("HE", "EX"):
            cv2.imwrite(str(masks / f"eye_{number}_{code}.png"), phantom.mask(code).astype(np.uint8) * 255)
    return images


@pytest.fixture
def champions(add_model: AddModel) -> dict[str, ModelVersion]:
    return {task: add_model(task, state="champion") for task in ("classifier", "segmenter")}


def test_a_folder_is_predicted_without_importing_it(
    pictures: Path, champions: dict[str, ModelVersion], tmp_path: Path
) -> None:
    run("predict", pictures, out=tmp_path / "results.json", probabilities=tmp_path / "maps")

    results = json.loads((tmp_path / "results.json").read_text())
    assert set(results["models"]) == {model.pk for model in champions.values()}
    assert [row["file"] for row in results["predictions"]] == ["eye_1.png", "eye_2.png"]
    first = results["predictions"][0]
    assert first["gradable"] is True
    assert first["dr_probability"] == pytest.approx(0.8808, abs=1e-4)
    assert first["referable_probability"] is None
    assert first["decision"] == "dr"
    assert set(first["lesions"]["HE"]) == {"count", "area_px", "area_fov_percent"}
    written: Any = cv2.imread(str(tmp_path / "maps" / "eye_1_EX.png"), cv2.IMREAD_UNCHANGED)
    assert (written.shape, written.dtype) == ((200, 200), np.uint8)
    assert not FundusImage.objects.exists()


def test_a_classifier_that_knows_referable_dr_says_it(
    pictures: Path, add_model: AddModel, tmp_path: Path
) -> None:
    add_model("classifier", state="champion", bias=2.0, referable_bias=-1.0)

    run("predict", pictures, out=tmp_path / "results.json")

    first = json.loads((tmp_path / "results.json").read_text())["predictions"][0]
    assert first["dr_probability"] == pytest.approx(0.8808, abs=1e-4)
    assert first["referable_probability"] == pytest.approx(0.2689, abs=1e-4)
    assert first["reasons"][1].startswith("Not referable (probability of referable DR 27%")


def test_overlays_show_the_picture_with_its_findings(
    pictures: Path, champions: dict[str, ModelVersion], tmp_path: Path
) -> None:
    run("predict", pictures, out=tmp_path / "results.json", overlays=tmp_path / "overlays")

    drawn: Any = cv2.imread(str(tmp_path / "overlays" / "eye_1_overlay.jpg"))
    assert drawn.shape == (200, 200, 3)
    plain: Any = cv2.imread(str(pictures / "eye_1.png"))
    assert not np.array_equal(drawn, plain)


def test_an_unreadable_picture_is_reported_and_the_rest_is_done(
    pictures: Path, champions: dict[str, ModelVersion], tmp_path: Path
) -> None:
    (pictures / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    (pictures / "notes.txt").write_text("no picture, and nobody says it is")

    report, status = run("predict", pictures, out=tmp_path / "results.json")

    assert status == 1
    assert [(row["file"], row["code"]) for row in report["problems"]] == [("broken.jpg", "truncated_image")]
    assert report["predicted"] == 2
    assert len(json.loads((tmp_path / "results.json").read_text())["predictions"]) == 2


def test_named_models_predict_instead_of_the_champions(
    pictures: Path, champions: dict[str, ModelVersion], add_model: AddModel, tmp_path: Path
) -> None:
    candidate = add_model("classifier", bias=-3.0)

    run("predict", pictures, out=tmp_path / "results.json", model=[candidate.pk[:12]])

    results = json.loads((tmp_path / "results.json").read_text())
    assert results["models"] == [candidate.pk]
    assert [row["decision"] for row in results["predictions"]] == ["no_dr", "no_dr"]
    assert results["predictions"][0]["lesions"] == {}


def test_predicting_without_a_champion_says_what_to_do(
    pictures: Path, project: Project, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="Promote a model first"):
        run("predict", pictures, out=tmp_path / "results.json")


def test_two_pictures_of_one_stem_are_refused_when_files_are_named_after_them(
    pictures: Path, champions: dict[str, ModelVersion], tmp_path: Path
) -> None:
    (pictures / "eye_1.jpg").write_bytes((pictures / "eye_1.png").read_bytes())

    with pytest.raises(CommandError, match="same name"):
        run("predict", pictures, out=tmp_path / "results.json", overlays=tmp_path / "overlays")


def test_a_segmenter_is_scored_against_true_masks(
    pictures: Path, champions: dict[str, ModelVersion], tmp_path: Path
) -> None:
    report, status = run(
        "evaluate",
        model=champions["segmenter"].pk,
        images=pictures,
        masks=tmp_path / "masks",
        out=tmp_path / "metrics.json",
    )

    assert status == 0
    written = json.loads((tmp_path / "metrics.json").read_text())
    assert written == report
    for code in ("HE", "EX"):
        for name in ("aupr", "dice", "iou", "recall", "accuracy"):
            score = written[code][name]
            assert 0 <= score["low"] <= score["value"] <= score["high"] <= 1


def test_a_classifier_is_not_scored_on_masks(
    pictures: Path, champions: dict[str, ModelVersion], tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="not a segmenter"):
        run(
            "evaluate",
            model=champions["classifier"].pk,
            images=pictures,
            masks=tmp_path / "masks",
            out=tmp_path / "metrics.json",
        )


def test_train_queues_and_says_which_run(labelled_project: Project) -> None:
    report, status = run("train", "classifier", preset="quick_resnet50", set=["epochs=2"])

    assert status == 0
    queued = TrainingRun.objects.get()
    assert (report["run"], report["model"]) == (queued.pk, None)
    assert queued.settings == {"epochs": 2}
    assert queued.job is not None
    assert queued.job.state == "queued"


def test_train_waits_by_doing_the_run_itself_when_there_is_no_worker(
    labelled_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_child, "run_child", PlayedChild())
    monkeypatch.setattr(waiting, "LOOK_EVERY_S", 600)  # its thread has another connection

    report, status = run("train", "classifier", preset="quick_resnet50", wait=True)

    assert status == 0
    assert report["model"] == ModelVersion.objects.get().pk
    assert report["metrics"] == ModelVersion.objects.get().card["metrics"]


def test_a_failed_training_is_not_exit_status_0(
    labelled_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = PlayedChild()
    child.status, child.error = (
        2,
        {"event": "error", "code": "no_labels", "message": "none", "remedy": "some"},
    )
    monkeypatch.setattr(training_child, "run_child", child)
    monkeypatch.setattr(waiting, "LOOK_EVERY_S", 600)

    report, status = run("train", "classifier", preset="quick_resnet50", wait=True)

    assert status == 1
    assert report["problems"][0]["code"] == "no_labels"


@pytest.mark.parametrize(
    "options", [{"preset": "none"}, {"preset": "quick_resnet50", "set": ["epochs"]}, {"preset": "quick_unet"}]
)
def test_a_training_that_makes_no_sense_is_refused(
    labelled_project: Project, options: dict[str, Any]
) -> None:
    with pytest.raises(CommandError):
        run("train", "classifier", **options)
    assert not TrainingRun.objects.exists()


def test_promote_and_register_from_the_command_line(
    project: Project, administrator: User, specialist: User, tmp_path: Path
) -> None:
    model_id = write_classifier(tmp_path / "in")
    registered, _ = run("register_model", tmp_path / "in")
    assert registered == {"model": model_id, "task": "classifier", "state": "candidate"}

    with pytest.raises(CommandError, match="may not promote"):
        run("promote", model_id, reason="good", by="specialist")
    promoted, _ = run("promote", model_id[:10], reason="good", by="administrator")

    assert promoted["state"] == "champion"


def run(command: str, *arguments: Any, **options: Any) -> tuple[dict[str, Any], int]:
    """Call a command with `--json`; returns the object of its last line and its exit status."""
    out, status = StringIO(), 0
    flags = [str(argument) for argument in arguments]
    for name, value in options.items():
        for one in value if isinstance(value, list) else [value]:
            flags += [f"--{name}"] if one is True else [f"--{name}", str(one)]
    try:
        call_command(command, *flags, "--json", stdout=out, stderr=StringIO())
    except SystemExit as exit_:
        status = int(exit_.code or 0)
    return json.loads(out.getvalue().strip().splitlines()[-1]), status
