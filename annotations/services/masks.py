"""Masks from label sets: one channel per lesion class that was looked for, at the image's own size.

Rectangles are half-open in pixels, polygons filled even-odd, shapes clipped at the border, and what two
classes share is in both channels (imaging.masks says it exactly). A class that was looked for and not
found gets an empty mask: absent is not the same as unknown.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import User
from annotations.models import LabelSet, LesionClass, Mask, Project
from annotations.selectors import LabelTask, chosen_label_sets, regions_of
from annotations.services.data_in.writing import OpenTransaction, Progress
from annotations.services.files import sha256_of_bytes, store_bytes
from core.errors import Conflict, Invalid
from core.services import audit
from imaging.arrays import BoolMask
from imaging.mask_codec import decode_mask, encode_mask
from imaging.masks import rasterize
from imaging.shapes import Shape, shape_from_json

SETS_PER_TRANSACTION = 8


class NothingToBuild(Invalid):
    """No accepted label set with regions to build masks of."""

    code = "nothing_to_build"


class MaskChanged(Conflict):
    """A stored mask is not what was built: its bytes changed."""

    code = "mask_changed"


@dataclass(slots=True, kw_only=True)
class MasksReport:
    """How many masks there are for what was asked, and how many of them are new."""

    label_sets: int = 0
    masks: int = 0
    built: int = 0
    of: dict[int, dict[str, Mask]] = field(default_factory=dict)

    def counts(self) -> dict[str, Any]:
        """The numbers, as JSON."""
        return {"label_sets": self.label_sets, "masks": self.masks, "built": self.built}


def build_masks(
    *,
    project: Project,
    source: str | None,
    by: User | None,
    open_transaction: OpenTransaction = transaction.atomic,
    progress: Progress = lambda done, total, message: None,
) -> MasksReport:
    """Build the masks of the chosen label set of every image (or of a named source) where they are missing.

    Raises UnknownLabelSource, NothingToBuild.
    """
    label_sets = list(chosen_label_sets(project=project, task=LabelTask.SEGMENTER, source=source))
    if not label_sets:
        raise no_label_sets(project)
    return ensure_masks(label_sets=label_sets, by=by, open_transaction=open_transaction, progress=progress)


def no_label_sets(project: Project) -> NothingToBuild:
    """The error for a project without label sets to build masks of."""
    return NothingToBuild(
        f"Project '{project}' has no accepted label set with regions.",
        remedy="Import VIA regions and accept them, or let a reviewer accept readings first.",
    )


def ensure_masks(
    *,
    label_sets: Sequence[LabelSet],
    by: User | None,
    open_transaction: OpenTransaction = transaction.atomic,
    progress: Progress = lambda done, total, message: None,
) -> MasksReport:
    """Give the masks of the current revision of each label set, by label set id and class code.

    Those that were built before are checked to be in the storage and not built again. Label sets come
    with their images joined.
    """
    report = MasksReport(label_sets=len(label_sets), of={one.pk: {} for one in label_sets})
    classes = _classes_of(label_sets)
    done = 0
    for some in _in_parts(label_sets, SETS_PER_TRANSACTION):
        there = _built_before(some)
        drawn = [
            mask
            for label_set in some
            for mask in _draw(label_set, classes[label_set.image.project_id], there[label_set.pk])
        ]
        if drawn:
            with open_transaction():
                _write(drawn, by=by)
        for label_set in some:
            new = {mask.lesion_class.code: mask for mask in drawn if mask.label_set_id == label_set.pk}
            report.of[label_set.pk] = there[label_set.pk] | new
        report.built += len(drawn)
        done += len(some)
        progress(done, len(label_sets), f"{report.built} masks built")
    report.masks = sum(len(masks) for masks in report.of.values())
    return report


def read_mask(mask: Mask) -> BoolMask:
    """The stored mask, bool (H, W), after its bytes were checked. Raises MaskChanged."""
    return decode_mask(mask_bytes(mask))


def mask_bytes(mask: Mask) -> bytes:
    """The stored PNG, checked against the hash that was written when it was built. Raises MaskChanged."""
    try:
        with default_storage.open(mask.file) as stored:
            data: bytes = stored.read()
    except FileNotFoundError:
        data = b""
    if sha256_of_bytes(data) != mask.sha256:
        raise MaskChanged(
            f"The file of mask {mask.pk} is missing or was changed.", remedy="Build the masks again."
        )
    return data


def write_mask_files(report: MasksReport, *, label_sets: Sequence[LabelSet], folder: Path) -> int:
    """Write `<stem>_<CLASS>.png` of each mask into a folder; gives how many. Raises Conflict, MaskChanged."""
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, int] = {}
    for label_set in label_sets:
        name = Path(label_set.image.source_name).stem or f"image_{label_set.image_id}"
        for code, mask in report.of[label_set.pk].items():
            file_name = f"{name}_{code}.png"
            if file_name in written:
                raise Conflict(
                    f"Two images are called '{name}': {file_name} can't be written for both.",
                    remedy="Export one source or project at a time.",
                )
            (folder / file_name).write_bytes(mask_bytes(mask))
            written[file_name] = mask.pk
    return len(written)


def _draw(label_set: LabelSet, classes: dict[str, LesionClass], there: dict[str, Mask]) -> list[Mask]:
    """Masks of the classes that have none yet, files stored, rows not written."""
    wanted = set(label_set.classes_looked_for)
    if wanted <= set(there):
        return []
    shapes: dict[str, list[Shape]] = defaultdict(list)
    for region in regions_of(label_set):
        shapes[region.lesion_class.code].append(shape_from_json(region.shape, region.geometry))
    image = label_set.image
    masks = []
    for code in sorted((wanted | set(shapes)) - set(there)):
        drawn = rasterize(shapes[code], height=image.height, width=image.width)
        data = encode_mask(drawn)
        sha256 = sha256_of_bytes(data)
        masks.append(
            Mask(
                label_set=label_set,
                revision=label_set.revision,
                lesion_class=classes[code],
                file=store_bytes(f"masks/{sha256[:2]}/{sha256}.png", data),
                sha256=sha256,
                area_px=int(drawn.sum()),
                regions=len(shapes[code]),
            )
        )
    return masks


def _write(masks: list[Mask], *, by: User | None) -> None:
    """Write the rows; those that another job wrote meanwhile stay and replace ours."""
    Mask.objects.bulk_create(masks, ignore_conflicts=True)
    written = _built_before({mask.label_set_id: mask.label_set for mask in masks}.values(), check_files=False)
    for mask in masks:
        mask.pk = written[mask.label_set_id][mask.lesion_class.code].pk
    first = masks[0].label_set
    audit.record(
        actor=by,
        action="masks.build",
        obj=first.image.project,
        after={str(mask.pk): mask.sha256 for mask in masks},
    )


def _built_before(label_sets: Iterable[LabelSet], *, check_files: bool = True) -> dict[int, dict[str, Mask]]:
    """Masks of the current revisions, by label set and class code; with files that are not damaged."""
    revisions = {one.pk: one.revision for one in label_sets}
    found: dict[int, dict[str, Mask]] = {pk: {} for pk in revisions}
    damaged = []
    for mask in Mask.objects.filter(label_set__in=revisions).select_related("lesion_class"):
        if mask.revision != revisions[mask.label_set_id]:
            continue
        if check_files and not _is_whole(mask):
            damaged.append(mask)
        found[mask.label_set_id][mask.lesion_class.code] = mask
    for mask in damaged:
        _draw_again(mask)
    return found


def _is_whole(mask: Mask) -> bool:
    try:
        mask_bytes(mask)
    except MaskChanged:
        return False
    return True


def _draw_again(mask: Mask) -> None:
    """Store a lost or damaged file again; the same shapes give the same bytes. Raises MaskChanged."""
    label_set = LabelSet.objects.select_related("image").get(pk=mask.label_set_id)
    regions = regions_of(label_set, revision=mask.revision).filter(lesion_class=mask.lesion_class)
    shapes = [shape_from_json(region.shape, region.geometry) for region in regions]
    data = encode_mask(rasterize(shapes, height=label_set.image.height, width=label_set.image.width))
    if sha256_of_bytes(data) != mask.sha256:
        raise MaskChanged(
            f"Mask {mask.pk} can't be drawn again as it was.", remedy="Save the reading anew and build again."
        )
    store_bytes(mask.file, data)


def _classes_of(label_sets: Sequence[LabelSet]) -> dict[int, dict[str, LesionClass]]:
    projects = {one.image.project_id for one in label_sets}
    classes: dict[int, dict[str, LesionClass]] = defaultdict(dict)
    for one in LesionClass.objects.filter(project__in=projects):
        classes[one.project_id][one.code] = one
    return classes


def _in_parts(label_sets: Sequence[LabelSet], size: int) -> Iterator[list[LabelSet]]:
    rest = iter(label_sets)
    while part := list(islice(rest, size)):
        yield part
