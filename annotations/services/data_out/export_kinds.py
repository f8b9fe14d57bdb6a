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


def _chosen(project: Project, options: Options, **how: Any) -> list[LabelSet]:
    return label_sets_to_export(
        project=project, source=options.get("labels", ""), waiting=bool(options.get("waiting")), **how
    )


def _text(write: WriteText, *, suffix: str, media_type: str, **how: Any) -> ExportMaker:
    """Who writes a text file; `how` its label sets are chosen."""

    def make(project: Project, options: Options, path: Path, progress: Progress) -> ExportReport:
        label_sets: Sequence[LabelSet] = _chosen(project, options, **how)
        out: IO[str]
        with path.open("w", encoding="utf-8", newline="") as out:
            return write(label_sets=label_sets, out=out, progress=progress)

    def check(project: Project, options: Options) -> None:
        _chosen(project, options, **how)

    return ExportMaker(suffix=suffix, media_type=media_type, check=check, make=make)


def _make_masks(project: Project, options: Options, path: Path, progress: Progress) -> ExportReport:
    label_sets = _chosen(project, options)
    with zip_sink(path) as sink:
        indexed = bool(options.get("indexed"))
        return export_masks(label_sets=label_sets, indexed=indexed, sink=sink, progress=progress)


def _check_masks(project: Project, options: Options) -> None:
    _chosen(project, options)


_TEXTS = {
    ExportKind.VIA_CSV: _text(export_via_csv, suffix=".csv", media_type="text/csv", remarks=True),
    ExportKind.VIA_JSON: _text(export_via_json, suffix=".json", media_type="application/json", remarks=True),
    ExportKind.COCO: _text(export_coco, suffix=".json", media_type="application/json"),
    ExportKind.LABELS_CSV: _text(export_labels, suffix=".csv", media_type="text/csv", task=LabelTask.READING),
}
for _kind, _maker in _TEXTS.items():
    register_export(_kind, _maker)
register_export(
    ExportKind.MASKS,
    ExportMaker(suffix=".zip", media_type="application/zip", check=_check_masks, make=_make_masks),
)
