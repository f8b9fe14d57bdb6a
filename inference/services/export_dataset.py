"""A dataset version as one zip: everything that a model was made from, and a manifest of hashes.

`images/`, `masks/<stem>_<CLASS>.png`, `labels.csv`, `via.json`, `coco.json`, `split.csv`, and `manifest.json`
with the SHA-256 of every other file and all that the version's content hash is reckoned from.
"""

import csv
import hashlib
import json
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from django.core.files.storage import default_storage

from annotations.models import FundusImage, LabelSet, Project
from annotations.services.data_in.writing import Progress
from annotations.services.data_out.export_choice import ExportReport, named
from annotations.services.data_out.export_coco import export_coco
from annotations.services.data_out.export_kinds import ExportMaker, Options, register_export
from annotations.services.data_out.export_labels import export_labels
from annotations.services.data_out.export_sinks import ZipSink, zip_sink
from annotations.services.data_out.export_via import export_via_json
from annotations.services.pictures import Layer, open_picture
from annotations.states import BurnedText, ExportKind
from core.errors import Conflict, Invalid, NotFound
from core.one_person import one_person_site
from core.spreadsheets import inert
from inference.models import DatasetItem, DatasetVersion
from inference.services.freeze_dataset import content_hash, item_content

MANIFEST = "manifest.json"
FORMAT = "fovea-dataset-1"
TABLES: dict[str, Callable[..., ExportReport]] = {
    "labels.csv": export_labels,
    "via.json": export_via_json,
    "coco.json": export_coco,
}


class DatasetChanged(Conflict):
    """A stored file is not what it was when the dataset was frozen."""

    code = "dataset_changed"


class BadDatasetFile(Invalid):
    """The file is no zip of a dataset version."""

    code = "bad_dataset_file"


def export_dataset(*, dataset: DatasetVersion, path: Path, progress: Progress) -> ExportReport:
    """Write the zip, file by file; nothing large is held in memory. Raises DatasetChanged."""
    items = list(
        dataset.items.select_related("image__exam__patient", "image__project", "label_set").order_by("pk")
    )
    label_sets = [_label_set_of(item) for item in items]
    report = ExportReport()
    names = {
        label_set.image_id: f"{PurePath(name).stem}{_suffix(label_set.image)}"
        for name, label_set in named(label_sets, report=report, by_stem=True)
    }
    _say_what_was_not_decided(items, names, report)
    with zip_sink(path) as sink:
        for done, item in enumerate(items):
            progress(done, len(items), names[item.image_id])
            _write_item(sink, item, names[item.image_id])
        report.regions = _write_tables(sink, items, label_sets, names)
        sink.write(MANIFEST, _manifest(dataset, items, names, sink.sha256))
        report.files = len(sink.sha256)
    report.images = len(items)
    progress(len(items), len(items), f"{report.files:,} files")
    return report


def verify_export(path: Path) -> list[str]:
    """What is wrong with a zip of a dataset version; nothing when it is whole. Raises BadDatasetFile."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            if manifest["format"] != FORMAT:
                raise BadDatasetFile(f"{path.name} is of another format: {manifest['format']!r:.40}.")
            wrong = _wrong_files(archive, manifest["files"])
            return wrong + _wrong_items(manifest)
    except (zipfile.BadZipFile, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadDatasetFile(
            f"{path.name} is no zip of a dataset version, or is damaged.", remedy="Copy or export it again."
        ) from error


def _quietly(done: int, total: int, message: str) -> None:
    """The tables take no time worth telling."""


def _label_set_of(item: DatasetItem) -> LabelSet:
    label_set = item.label_set
    if label_set.revision != item.revision:
        raise DatasetChanged(
            f"Label set {label_set.pk} was changed after the dataset was frozen.",
            remedy="Freeze a new version.",
        )
    label_set.image = item.image
    return label_set


def _write_item(sink: ZipSink, item: DatasetItem, name: str) -> None:
    """The image and its masks, each as it was frozen; text that was blanked is gone from the image."""
    if _is_blanked(item.image):
        with open_picture(image=item.image, layer=Layer.ORIGINAL).file as picture:
            sink.copy(f"images/{name}", picture)
    else:
        _copy(sink, f"images/{name}", item.image.file, item.image.sha256)
    for code, mask in sorted(item.masks.items()):
        _copy(sink, f"masks/{PurePath(name).stem}_{code}.png", mask["file"], mask["sha256"])


def _say_what_was_not_decided(
    items: Sequence[DatasetItem], names: Mapping[int, str], report: ExportReport
) -> None:
    for item in items:
        if item.image.burned_text.get("state") == BurnedText.FOUND:
            report.note(
                "burned_text",
                names[item.image_id],
                "There is writing in the picture's corners, and nobody said whether it may leave.",
            )


def _is_blanked(image: FundusImage) -> bool:
    return bool(image.burned_text.get("state") == BurnedText.BLANKED)


def _suffix(image: FundusImage) -> str:
    return ".png" if _is_blanked(image) else PurePath(image.file).suffix


def _copy(sink: ZipSink, name: str, stored: str, sha256: str) -> None:
    try:
        with default_storage.open(stored) as content:
            sink.copy(name, content)
    except FileNotFoundError:
        sink.sha256.pop(name, None)
    if sink.sha256.get(name) != sha256:
        raise DatasetChanged(
            f"The stored file of {name} is missing or was changed after the dataset was frozen.",
            remedy="Restore the file storage from a backup.",
        )


def _write_tables(
    sink: ZipSink, items: Sequence[DatasetItem], label_sets: Sequence[LabelSet], names: Mapping[int, str]
) -> int:
    """Labels in three forms, and the split; gives the number of regions."""
    regions = 0
    with tempfile.TemporaryDirectory(prefix="fovea-export-") as folder:
        for name, write in TABLES.items():
            path = Path(folder) / name
            with path.open("w", encoding="utf-8", newline="") as out:
                told = write(label_sets=label_sets, out=out, progress=_quietly, names=names)
            regions = max(regions, told.regions)
            with path.open("rb") as content:
                sink.copy(name, content)
        path = Path(folder) / "split.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            rows = csv.writer(out, lineterminator="\n")
            rows.writerow(["file", "patient", "split", "label", "referable"])
            for item in items:
                named_as = [inert(names[item.image_id]), inert(item.patient_code)]
                rows.writerow([*named_as, item.split, item.label, item.referable])
        with path.open("rb") as content:
            sink.copy("split.csv", content)
    return regions


def _manifest(
    dataset: DatasetVersion,
    items: Sequence[DatasetItem],
    names: Mapping[int, str],
    sha256: Mapping[str, str],
) -> bytes:
    said = {
        "format": FORMAT,
        "site": {"one_person_operation": one_person_site()},
        "project": dataset.project.name,
        "number": dataset.number,
        "task": dataset.task,
        "classes": dataset.classes,
        "labels_source": dataset.labels_source,
        "split": dataset.split,
        "counts": dataset.counts,
        "frozen_at": dataset.frozen_at.isoformat(),
        "content_hash": dataset.content_hash,
        "items": [
            {
                "file": f"images/{names[item.image_id]}",
                "text_blanked": _is_blanked(item.image),
                **item_content(item),
            }
            for item in items
        ],
        "files": dict(sorted(sha256.items())),
    }
    return json.dumps(said, indent=1, ensure_ascii=False).encode() + b"\n"


def _wrong_files(archive: zipfile.ZipFile, files: Mapping[str, str]) -> list[str]:
    there = Counter(archive.namelist())
    wrong = [f"{name} is not in the manifest" for name in there if name != MANIFEST and name not in files]
    wrong += [f"{name} stands there twice" for name, times in sorted(there.items()) if times > 1]
    for name, sha256 in files.items():
        if name not in there:
            wrong.append(f"{name} is missing")
            continue
        with archive.open(name) as content:
            digest = hashlib.sha256()
            while block := content.read(1 << 20):
                digest.update(block)
        if digest.hexdigest() != sha256:
            wrong.append(f"{name} was changed")
    return wrong


def _wrong_items(manifest: Mapping[str, Any]) -> list[str]:
    """Whether the content hash follows from the items, and these from the files."""
    files, items, wrong = manifest["files"], manifest["items"], []
    for item in items:
        name = item["file"]
        stem = PurePath(name).stem
        image = {} if item["text_blanked"] else {name: item["image"]}
        expected = image | {f"masks/{stem}_{code}.png": sha256 for code, sha256 in item["masks"].items()}
        wrong += [
            f"{one} is not the one that was frozen" for one in expected if files.get(one) != expected[one]
        ]
    contents = [{key: item[key] for key in item if key not in ("file", "text_blanked")} for item in items]
    digest = content_hash(
        task=manifest["task"], classes=manifest["classes"], split=manifest["split"], items=contents
    )
    if digest != manifest["content_hash"]:
        wrong.append("the content hash does not follow from the items")
    return wrong


def _dataset_of(project: Project, options: Options) -> DatasetVersion:
    dataset = DatasetVersion.objects.filter(project=project, pk=options.get("dataset") or 0).first()
    if dataset is None:
        raise NotFound("There is no such dataset version in this project.", remedy="Choose one of the list.")
    return dataset


def _check(project: Project, options: Options) -> None:
    _dataset_of(project, options)


def _make(project: Project, options: Options, path: Path, progress: Progress) -> ExportReport:
    return export_dataset(dataset=_dataset_of(project, options), path=path, progress=progress)


def register() -> None:
    """Let people export dataset versions from the page."""
    register_export(
        ExportKind.DATASET,
        ExportMaker(suffix=".zip", media_type="application/zip", check=_check, make=_make),
    )
