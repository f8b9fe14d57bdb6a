"""Scores a registered model on a folder that was never imported. Only commands import this module."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from annotations.services.data_in.image_names import base_name, stem
from annotations.services.data_in.labels_csv import LabelRow, read_labels
from core.errors import Invalid
from core.services import audit
from imaging.errors import ImagingError
from inference.errors import CanNotScore, refusals_of_ml
from inference.label_targets import targets_of
from inference.ml.checkpoints import write_durably
from inference.ml.errors import UnusableData
from inference.ml.evaluate import folder_items
from inference.ml.external import read_look
from inference.ml.manifest import Item
from inference.models import ExternalReport, ModelVersion
from inference.selectors.unseen_images import learned_with_others
from inference.services.external_job import fill_in, load_model_examination, places_of
from inference.services.external_reports import LEARNED_UNKNOWN
from inference.services.learned_photographs import LearnedPhotographs
from inference.states import ModelTask

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Photograph:
    """A file of the folder with what is known of it."""

    item: Item
    site: str = ""
    camera: str = ""


def score_on_folder(
    *,
    model: ModelVersion,
    images: Path,
    out: Path,
    labels: Path | None = None,
    masks: Path | None = None,
    name: str = "",
    threads: int = 1,
    say: Say = lambda _: None,
) -> ExternalReport:
    """Score a model on the folder's images, keep the report with the model and write it to `out` as JSON.

    `labels`: a labels CSV (image-level truth, patients, sites), needed for a classifier. `masks`: files
    `<stem>_<CLASS>.png`, needed for a segmenter; a missing one means that the lesion is absent. Images that
    the model learned from (by file, patient, or the same photograph saved otherwise) are left out with all
    of their patient, and counted. Raises Invalid, CanNotScore, MlRefusal.
    """
    _require(model, images=images, labels=labels, masks=masks)
    learned = learned_with_others(model)
    found = _photographs(model, images=images, labels=labels, masks=masks, say=say)
    examination = load_model_examination(model, threads=threads)
    left_out: Counter[str] = Counter(unlabelled=0, unreadable=0)
    asked: list[_Photograph] = []
    unseen, reasons = _without_learned(found, LearnedPhotographs(learned.items))
    for number, one in enumerate(unseen, start=1):
        try:
            done = examination.ask(one.item, read_look(one.item))
        except (UnusableData, ImagingError) as problem:
            say(problem.message)
            left_out["unreadable"] += 1
        else:
            asked += [one] if done else []
            left_out["unlabelled"] += not done
        if number % 25 == 0:
            say(f"{number} of {len(unseen)} images")
    report = ExternalReport(
        model=model,
        name=(name or images.resolve().name)[:255],
        left_out={**reasons, **left_out},
        places=places_of((one.site, one.camera) for one in asked),
        notes=[] if learned.complete else [LEARNED_UNKNOWN],
    )
    fill_in(report, examination, images=len(asked), patients={one.item.patient for one in asked})
    _keep(report)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_durably(out, json.dumps(report_json(report), indent=1, ensure_ascii=False).encode() + b"\n")
    return report


def report_json(report: ExternalReport) -> dict[str, Any]:
    """A report as the command line gives it."""
    return {
        "model": report.model_id,
        "task": report.model.task,
        "name": report.name,
        "images": report.images,
        "patients": report.patients,
        "left_out": report.left_out,
        "places": report.places,
        "notes": report.notes,
        "scores": report.scores,
    }


@transaction.atomic
def _keep(report: ExternalReport) -> None:
    report.save()
    audit.record(
        actor=None,
        action="model.scored",
        obj=report.model,
        after={"report": report.pk, "name": report.name, "images": report.images},
    )


def _require(model: ModelVersion, *, images: Path, labels: Path | None, masks: Path | None) -> None:
    for folder in (images, masks):
        if folder is not None and not folder.is_dir():
            raise Invalid(f"There is no folder {folder}.", remedy="Check the path.")
    if model.task == ModelTask.CLASSIFIER and labels is None:
        raise CanNotScore("A classifier is scored on labels.", remedy="Name a labels CSV with --labels.")
    if model.task == ModelTask.SEGMENTER and masks is None:
        raise CanNotScore("A segmenter is scored on masks.", remedy="Name a folder of masks with --masks.")


def _photographs(
    model: ModelVersion, *, images: Path, labels: Path | None, masks: Path | None, say: Say
) -> list[_Photograph]:
    """Every image of the folder, whatever is known of it; `say` hears of rows that can't be used."""
    rows: list[LabelRow] = []
    if labels is not None:
        table = read_labels(labels, title=labels.name)
        rows = list(table.rows.values())
        for problem in table.problems.kept:
            say(f"{labels.name}, row {problem.row}: {problem.message}")
    named = {stem(row.file): row for row in rows} | {base_name(row.file): row for row in rows}
    classes: Sequence[str] = model.card["output"]["classes"] if masks is not None else ()
    with refusals_of_ml():
        items = folder_items(images=images, masks=masks or images, classes=classes)
    return [
        _known(item, named.get(base_name(item.path.name)) or named.get(stem(item.path.name)))
        for item in items
    ]


def _known(item: Item, row: LabelRow | None) -> _Photograph:
    if row is None:
        return _Photograph(item=item)
    targets = targets_of(dr_status=row.dr_status, icdr_grade=row.icdr_grade, macular_edema=row.macular_edema)
    labelled = Item(
        id=item.id,
        path=item.path,
        patient=row.patient or item.patient,
        fold="test",
        label=targets.dr,
        referable=targets.referable,
        looked_for=item.looked_for,
        masks=item.masks,
    )
    return _Photograph(item=labelled, site=row.site, camera=row.camera)


def _without_learned(
    found: Sequence[_Photograph], learned: LearnedPhotographs
) -> tuple[list[_Photograph], dict[str, int]]:
    """Those of patients that nothing was learned from, and how many were left out by why."""
    why = [learned.reason(one.item.path, patient=one.item.patient) for one in found]
    taught = {one.item.patient for one, reason in zip(found, why, strict=True) if reason}
    why = [
        reason or ("patient" if one.item.patient in taught else "")
        for one, reason in zip(found, why, strict=True)
    ]
    counted = Counter(why)
    unseen = [one for one, reason in zip(found, why, strict=True) if not reason]
    return unseen, {name: counted[name] for name in ("photograph", "patient", "near_duplicate")}
