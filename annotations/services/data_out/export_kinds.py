"""How each kind of export is made: one file, written to the disk. Other apps add kinds of their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from annotations.models import LabelSet, Project
from annotations.selectors import LabelTask
from annotations.services.data_in.writing import Progress
from annotations.services.data_out.export_choice import ExportReport, label_sets_to_export
from annotations.services.data_out.export_coco import export_coco
from annotations.services.data_out.export_labels import export_labels
from annotations.services.data_out.export_masks import export_masks
from annotations.services.data_out.export_sinks import zip_sink
from annotations.services.data_out.export_via import export_via_csv, export_via_json
from annotations.states import ExportKind

Options = dict[str, Any]
WriteText = Callable[..., ExportReport]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportMaker:
    """Makes one kind of export. `check` raises at once what would only fail minutes later in the job."""

    suffix: str
    media_type: str
    check: Callable[[Project, Options], None]
    make: Callable[[Project, Options, Path, Progress], ExportReport]


_MAKERS: dict[ExportKind, ExportMaker] = {}


def register_export(kind: ExportKind, maker: ExportMaker) -> None:
    """Say how a kind of export is made; ValueError when it was said before."""
    if kind in _MAKERS:
        raise ValueError(f"export kind {kind} has a maker already")
    _MAKERS[kind] = maker


def maker_of(kind: str) -> ExportMaker:
    """Who makes a kind of export."""
    return _MAKERS[ExportKind(kind)]


def _chosen(project: Project, options: Options, task: LabelTask = LabelTask.SEGMENTER) -> list[LabelSet]:
    return label_sets_to_export(
        project=project,
        source=options.get("labels", ""),
        waiting=bool(options.get("waiting")),
        task=task,
    )


def _text(write: WriteText, *, suffix: str, media_type: str, task: LabelTask) -> ExportMaker:
    def make(project: Project, options: Options, path: Path, progress: Progress) -> ExportReport:
        label_sets: Sequence[LabelSet] = _chosen(project, options, task)
        out: IO[str]
        with path.open("w", encoding="utf-8", newline="") as out:
            return write(label_sets=label_sets, out=out, progress=progress)

    def check(project: Project, options: Options) -> None:
        _chosen(project, options, task)

    return ExportMaker(suffix=suffix, media_type=media_type, check=check, make=make)


def _make_masks(project: Project, options: Options, path: Path, progress: Progress) -> ExportReport:
    label_sets = _chosen(project, options)
    with zip_sink(path) as sink:
        indexed = bool(options.get("indexed"))
        return export_masks(label_sets=label_sets, indexed=indexed, sink=sink, progress=progress)


def _check_masks(project: Project, options: Options) -> None:
    _chosen(project, options)


for _kind, _write, _suffix, _media_type, _task in (
    (ExportKind.VIA_CSV, export_via_csv, ".csv", "text/csv", LabelTask.SEGMENTER),
    (ExportKind.VIA_JSON, export_via_json, ".json", "application/json", LabelTask.SEGMENTER),
    (ExportKind.COCO, export_coco, ".json", "application/json", LabelTask.SEGMENTER),
    (ExportKind.LABELS_CSV, export_labels, ".csv", "text/csv", LabelTask.READING),
):
    register_export(_kind, _text(_write, suffix=_suffix, media_type=_media_type, task=_task))
register_export(
    ExportKind.MASKS,
    ExportMaker(suffix=".zip", media_type="application/zip", check=_check_masks, make=_make_masks),
)
