"""A dataset version as one zip, and the check that nothing of it was altered."""

from __future__ import annotations

import hashlib
import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import transaction
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import Export, FundusImage, Project
from annotations.services.data_in.writing import Writing
from annotations.services.data_out.exports import run_export
from inference.models import DatasetVersion
from inference.selectors.datasets import plan_dataset
from inference.services.export_dataset import BadDatasetFile, DatasetChanged, export_dataset, verify_export
from inference.services.freeze_dataset import freeze_dataset
from inference.states import ModelTask


@pytest.fixture
def dataset(labelled_project: Project) -> DatasetVersion:
    for image in FundusImage.objects.all():
        with default_storage.open(image.file) as stored:
            image.sha256 = hashlib.sha256(stored.read()).hexdigest()
        image.save(update_fields=["sha256"])
    return freeze_dataset(plan=plan_dataset(project=labelled_project, task=ModelTask.SEGMENTER), by=None)


@pytest.fixture
def out(dataset: DatasetVersion, tmp_path: Path) -> Path:
    path = tmp_path / "dataset.zip"
    export_dataset(dataset=dataset, path=path, progress=lambda done, total, message: None)
    return path


def rewritten(source: Path, target: Path, changed: dict[str, bytes | None]) -> Path:
    """A copy with files changed, added, or (None) left out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        contents = {name: old.read(name) for name in old.namelist()} | changed
        for name, data in contents.items():
            if data is not None:
                new.writestr(name, data)
    return target


def test_a_zip_holds_all_of_a_version_and_its_hashes(dataset: DatasetVersion, out: Path) -> None:
    with zipfile.ZipFile(out) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
        via = json.loads(archive.read("via.json"))
        coco = json.loads(archive.read("coco.json"))
        split = archive.read("split.csv").decode().splitlines()
        labels = archive.read("labels.csv").decode().splitlines()
        masks = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in names if "masks/" in name}

    assert manifest["content_hash"] == dataset.content_hash
    assert set(manifest["files"]) == set(names) - {"manifest.json"}
    images = {name for name in names if name.startswith("images/")}
    assert len(images) == len(via) == len(coco["images"]) == len(split) - 1 == len(labels) - 1 == 16
    assert {f"images/{entry['filename']}" for entry in via.values()} == images
    frozen = {mask["sha256"] for item in dataset.items.all() for mask in item.masks.values()}
    assert set(masks.values()) == frozen
    assert len(masks) == 32
    assert verify_export(out) == []


def test_a_site_of_one_person_says_so_in_what_leaves(
    dataset: DatasetVersion, tmp_path: Path, settings: Any
) -> None:
    settings.ONE_PERSON_SITE = True
    path = tmp_path / "dataset.zip"

    export_dataset(dataset=dataset, path=path, progress=lambda done, total, message: None)

    with zipfile.ZipFile(path) as archive:
        manifest, coco = (json.loads(archive.read(name)) for name in ("manifest.json", "coco.json"))
    assert manifest["site"]["one_person_operation"] is True
    assert coco["info"]["one_person_operation"] is True


def test_text_that_was_blanked_does_not_leave(dataset: DatasetVersion, tmp_path: Path) -> None:
    first, second = (item.image for item in dataset.items.select_related("image")[:2])
    for image, state in ((first, "blanked"), (second, "found")):
        image.burned_text = {"state": state, "boxes": [[0, 0, 60, 20]]}
        image.save(update_fields=["burned_text"])
    path = tmp_path / "dataset.zip"

    report = export_dataset(dataset=dataset, path=path, progress=lambda done, total, message: None)

    with zipfile.ZipFile(path) as archive:
        name = f"images/{Path(first.source_name).stem}.png"
        picture = np.asarray(Image.open(io.BytesIO(archive.read(name))))
        items = json.loads(archive.read("manifest.json"))["items"]
    assert not picture[:20, :60].any()
    assert picture.any()
    assert sum(item["text_blanked"] for item in items) == 1
    assert [problem.file for problem in report.problems.kept] == [second.source_name]
    assert verify_export(path) == []


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("split.csv", b"file\n", "split.csv was changed"),
        ("via.json", None, "via.json is missing"),
        ("extra.txt", b"x", "extra.txt is not in the manifest"),
    ],
)
def test_an_altered_zip_is_told(
    out: Path, tmp_path: Path, name: str, content: bytes | None, told: str
) -> None:
    assert verify_export(rewritten(out, tmp_path / "altered.zip", {name: content})) == [told]


def test_a_name_that_stands_twice_is_told_and_many_names_take_no_longer_each(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        for number in range(20_000):
            archive.writestr(f"{number}.txt", b"")
        archive.writestr("7.txt", b"")
        said = {"format": "fovea-dataset-1", "files": {}, "items": [], "task": "", "classes": [], "split": {}}
        archive.writestr("manifest.json", json.dumps(said | {"content_hash": ""}))
    began = time.process_time()

    wrong = verify_export(path)

    assert time.process_time() - began < 1  # 20,000 looks through 20,000 names take several seconds
    assert [one for one in wrong if "twice" in one] == ["7.txt stands there twice"]


def test_a_manifest_that_was_mended_to_fit_is_told(out: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(out) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    manifest["items"][0]["split"] = "test" if manifest["items"][0]["split"] == "train" else "train"

    altered = rewritten(out, tmp_path / "altered.zip", {"manifest.json": json.dumps(manifest).encode()})

    assert verify_export(altered) == ["the content hash does not follow from the items"]
    with pytest.raises(SystemExit):
        call_command("verify_export", str(altered))


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all"])
def test_what_is_no_dataset_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)

    with pytest.raises(BadDatasetFile):
        verify_export(path)


def test_a_stored_file_that_changed_stops_the_export(dataset: DatasetVersion, tmp_path: Path) -> None:
    item = dataset.items.select_related("image").first()
    assert item is not None
    default_storage.delete(item.image.file)

    with pytest.raises(DatasetChanged, match="missing or was changed"):
        export_dataset(dataset=dataset, path=tmp_path / "x.zip", progress=lambda done, total, message: None)
    assert not (tmp_path / "x.zip").exists()


def test_the_command_finds_a_version_by_number_or_hash(dataset: DatasetVersion, tmp_path: Path) -> None:
    for asked in (str(dataset.number), dataset.content_hash[:12]):
        call_command("export_dataset", asked, str(tmp_path / f"{asked}.zip"))
        call_command("verify_export", str(tmp_path / f"{asked}.zip"))

    with pytest.raises(CommandError, match="no dataset version '77'"):
        call_command("export_dataset", "77", str(tmp_path / "x.zip"))


def test_a_version_leaves_from_the_page_too(dataset: DatasetVersion, administrator: User) -> None:
    api = APIClient()
    api.force_authenticate(administrator)
    asked = {"project": dataset.project_id, "kind": "dataset"}

    missing = api.post("/api/exports/", {**asked, "dataset": 10**9}, format="json")
    answer = api.post("/api/exports/", {**asked, "dataset": dataset.pk}, format="json")
    export = Export.objects.get(pk=answer.json()["id"])
    quiet = Writing(open_transaction=transaction.atomic, progress=lambda done, total, message: None)
    run_export(export=export, writing=quiet)

    assert (missing.status_code, answer.status_code) == (404, 202)
    assert api.get(f"/api/exports/{export.pk}/").json()["report"]["images"] == 16
