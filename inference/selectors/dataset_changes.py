"""What one dataset version has that another has not: images, labels, regions and classes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import TextChoices

from accounts.models import User
from annotations.selectors import images_for
from core.errors import Invalid
from inference.models import DatasetItem, DatasetVersion


class ChangeKind(TextChoices):
    """What happened to an image between two versions."""

    ADDED = "added"
    CHANGED = "changed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsOf:
    """One image in one version. `regions`: class code -> shapes; `label`: any DR, 1 or 0, None not read."""

    split: str
    label: int | None
    referable: int | None
    looked_for: tuple[str, ...]
    regions: Mapping[str, int]
    masks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageChange:
    """One image that differs; `before` is None where it was added, `after` where it was dropped.

    `what`: of a changed image, which of split, label, referable, classes, regions and outlines differ.
    """

    image: int
    patient: str
    eye: str
    kind: ChangeKind
    before: LabelsOf | None
    after: LabelsOf | None
    what: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetChanges:
    """All that differs between two versions of one task. `regions_*`: class code -> shapes in all images."""

    before: DatasetVersion
    after: DatasetVersion
    images: tuple[ImageChange, ...]
    same: int
    classes_added: tuple[str, ...]
    classes_dropped: tuple[str, ...]
    regions_before: Mapping[str, int]
    regions_after: Mapping[str, int]

    def count(self, kind: ChangeKind) -> int:
        """Images to which that happened."""
        return sum(change.kind == kind for change in self.images)

    def seen_by(self, user: User, *, kind: str = "") -> list[ImageChange]:
        """The images that the person may open, of one kind or of all."""
        visible = set(images_for(user).values_list("pk", flat=True))
        return [one for one in self.images if one.image in visible and kind in ("", one.kind)]


def changes_between(before: DatasetVersion, after: DatasetVersion) -> DatasetChanges:
    """Compare two versions, image by image; two queries. Raises Invalid for another project or task."""
    if (before.project_id, before.task) != (after.project_id, after.task):
        raise Invalid(
            "Only versions of one project and task can be compared.", remedy="Choose two of the same kind."
        )
    old, new = _items(before), _items(after)
    changes = [
        change
        for image_id in sorted(old | new, key=lambda one: _place(new.get(one) or old[one]))
        if (change := _change(old.get(image_id), new.get(image_id))) is not None
    ]
    return DatasetChanges(
        before=before,
        after=after,
        images=tuple(changes),
        same=len(old | new) - len(changes),
        classes_added=tuple(code for code in after.classes if code not in before.classes),
        classes_dropped=tuple(code for code in before.classes if code not in after.classes),
        regions_before=_regions(old),
        regions_after=_regions(new),
    )


def _items(dataset: DatasetVersion) -> dict[int, DatasetItem]:
    items = DatasetItem.objects.filter(dataset=dataset).select_related("image")
    return {item.image_id: item for item in items}


def _place(item: DatasetItem) -> tuple[str, int]:
    return item.patient_code, item.image_id


def _change(old: DatasetItem | None, new: DatasetItem | None) -> ImageChange | None:
    """The difference of one image; None when there is none."""
    known = new or old
    if known is None:
        return None
    before, after = (_labels(item) if item else None for item in (old, new))
    what = _differences(before, after) if before and after else ()
    if before and after and not what:
        return None
    kind = ChangeKind.ADDED if before is None else ChangeKind.DROPPED if after is None else ChangeKind.CHANGED
    return ImageChange(
        image=known.image_id,
        patient=known.patient_code,
        eye=known.image.eye,
        kind=kind,
        before=before,
        after=after,
        what=what,
    )


def _labels(item: DatasetItem) -> LabelsOf:
    masks: dict[str, dict[str, Any]] = item.masks
    return LabelsOf(
        split=item.split,
        label=item.label,
        referable=item.referable,
        looked_for=tuple(item.classes_looked_for),
        regions={code: int(mask["regions"]) for code, mask in masks.items()},
        masks={code: mask["sha256"] for code, mask in masks.items()},
    )


def _differences(before: LabelsOf, after: LabelsOf) -> tuple[str, ...]:
    moved = before.regions == after.regions and before.masks != after.masks
    found = {
        "split": before.split != after.split,
        "label": before.label != after.label,
        "referable": before.referable != after.referable,
        "classes": set(before.looked_for) != set(after.looked_for),
        "regions": before.regions != after.regions,
        "outlines": moved,
    }
    return tuple(name for name, differs in found.items() if differs)


def _regions(items: Mapping[int, DatasetItem]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for item in items.values():
        counted.update({code: int(mask["regions"]) for code, mask in item.masks.items()})
    return dict(counted)
