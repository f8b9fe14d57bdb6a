"""Labels of a class that is switched off: one rule for VIA files, masks and COCO."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotations.models import FundusImage, Project
from core.models import AuditEvent
from imaging.mask_codec import encode_mask
from tests.annotations.conftest import run_command
from tests.annotations.small_labels import specks

RECT = {"name": "rect", "x": 30, "y": 30, "width": 5, "height": 5}


@pytest.fixture(params=["via", "masks", "coco"])
def command(
    request: pytest.FixtureRequest, images: list[FundusImage], tmp_path: Path, write_via: Callable[..., Path]
) -> tuple[str, ...]:
    """An import of one microaneurysm (MA is off) and one hemorrhage (HE is on) of a.jpg."""
    if request.param == "via":
        rows = [("a.jpg", RECT, {"Abnormality": name}) for name in ("microaneurysms", "hemorrhage")]
        return "import_via", str(write_via(rows))
    if request.param == "masks":
        folder = tmp_path / "masks"
        folder.mkdir()
        for code in ("MA", "HE"):
            (folder / f"a_{code}.png").write_bytes(encode_mask(specks(1)))
        return "import_masks", str(folder)
    boxes = [
        {"id": n, "image_id": 1, "category_id": n, "bbox": [30, 30, 5, 5], "segmentation": []} for n in (1, 2)
    ]
    coco = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 120, "height": 100}],
        "categories": [{"id": 1, "name": "microaneurysm"}, {"id": 2, "name": "hemorrhage"}],
        "annotations": boxes,
    }
    path = tmp_path / "coco.json"
    path.write_text(json.dumps(coco))
    return "import_coco", str(path)


def is_on(project: Project, code: str) -> bool:
    return project.lesion_classes.get(code=code).enabled


def notes(report: dict[str, Any]) -> list[str]:
    return [one["message"] for one in report["problems"] if one["code"] == "class_switched_on"]


def test_labels_of_a_class_that_is_off_switch_it_on(
    command: tuple[str, ...], project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    status, report = run_command(capsys, *command)

    assert (status, report["errors"], report["regions_added"] >= 2) == (0, 0, True)
    assert [one.startswith("Microaneurysm (MA) was switched off") for one in notes(report)] == [True]
    assert is_on(project, "MA")
    assert not is_on(project, "SE")
    (event,) = AuditEvent.objects.filter(action="lesion_class.enable")
    assert event.after == {"code": "MA", "enabled": True}


def test_a_dry_run_says_so_and_switches_nothing(
    command: tuple[str, ...], project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    status, report = run_command(capsys, *command, "--dry-run")

    assert status == 0
    assert [one.endswith("importing switches it on.") for one in notes(report)] == [True]
    assert not is_on(project, "MA")


def test_a_class_that_was_switched_off_again_stays_off_when_nothing_new_comes_in(
    command: tuple[str, ...], project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    run_command(capsys, *command)
    project.lesion_classes.filter(code="MA").update(enabled=False)

    _, report = run_command(capsys, *command)

    assert (report["regions_added"], notes(report)) == (0, [])
    assert not is_on(project, "MA")
