"""What one dataset version has that another has not: images, labels, regions and classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db.models import Exists, F, OuterRef, QuerySet, TextChoices, TextField, Value
from django.db.models.functions import Cast, Coalesce

from accounts.models import User
from annotations.selectors import images_for
from core.errors import Invalid
from inference.models import DatasetItem, DatasetVersion

KEPT_SECONDS = 24 * 3600


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
    added: int
    changed: int
    dropped: int
    same: int
    classes_added: tuple[str, ...]
    classes_dropped: tuple[str, ...]
    regions_before: Mapping[str, int]
    regions_after: Mapping[str, int]


def changes_between(before: DatasetVersion, after: DatasetVersion) -> DatasetChanges:
    """Count what differs between two versions. Raises Invalid for another project or task."""
    added, changed, dropped = (
        len(changed_items(before, after, kind=kind))
        for kind in (ChangeKind.ADDED, ChangeKind.CHANGED, ChangeKind.DROPPED)
    )
    return DatasetChanges(
        before=before,
        after=after,
        added=added,
        changed=changed,
        dropped=dropped,
        same=after.items.count() - added - changed,
        classes_added=tuple(code for code in after.classes if code not in before.classes),
        classes_dropped=tuple(code for code in before.classes if code not in after.classes),
        regions_before=_regions(before),
        regions_after=_regions(after),
    )


def changed_items(before: DatasetVersion, after: DatasetVersion, *, kind: str = "") -> list[int]:
    """The items of images that differ, of one kind or of all, by patient; where dropped, as they were. By id.

    Kept once found: versions are frozen. Raises Invalid for versions of another project or task.
    """
    if (before.project_id, before.task) != (after.project_id, after.task):
        raise Invalid(
            "Only versions of one project and task can be compared.", remedy="Choose two of the same kind."
        )
    key = f"dataset-changes/{before.content_hash}/{before.pk}/{after.pk}/{kind}"
    kept: list[int] | None = cache.get(key)
    if kept is None:
        kept = list(_changed(before, after, kind=kind).values_list("pk", flat=True))
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def told_changes(
    items: Sequence[int], before: DatasetVersion, after: DatasetVersion, *, seen_by: User | None = None
) -> list[ImageChange]:
    """What happened to each of a page of `changed_items` that the person may open. Three queries."""
    rows = DatasetItem.objects.filter(pk__in=items)
    if seen_by is not None:
        rows = rows.filter(image__in=images_for(seen_by).order_by().values("pk"))
    images = list(rows.order_by("patient_code", "image_id").values_list("image_id", flat=True))
    old, new = _items_of(before, images), _items_of(after, images)
    return [_change(old.get(image), new.get(image)) for image in images]


def _changed(before: DatasetVersion, after: DatasetVersion, *, kind: str) -> QuerySet[DatasetItem]:
    earlier = DatasetItem.objects.filter(dataset=before, image=OuterRef("image"))
    later = DatasetItem.objects.filter(dataset=after, image=OuterRef("image"))
    own = {f"own_{name}": _comparable(F(name)) for name in _COMPARED}
    same = earlier.alias(**own).filter(**{f"own_{name}": _comparable(OuterRef(name)) for name in _COMPARED})
    now, then = (DatasetItem.objects.filter(dataset=one).order_by() for one in (after, before))
    new_or_other = {
        "": ~Exists(same),
        ChangeKind.ADDED: ~Exists(earlier),
        ChangeKind.CHANGED: Exists(earlier) & ~Exists(same),
    }
    dropped = then.filter(~Exists(later))
    if kind == ChangeKind.DROPPED:
        found = dropped
    else:
        found = now.filter(new_or_other[kind])
        found = found if kind else found.union(dropped, all=True)
    return found.order_by("patient_code", "image_id")


# What makes an image another one to learn from. Masks are stored by content: equal ones are equal text.
_COMPARED = ("split", "label", "referable", "classes_looked_for", "masks")


def _comparable(value: Any) -> Any:
    """A value that two databases call equal where it is, null and JSON too."""
    return Coalesce(Cast(value, TextField()), Value(""), output_field=TextField())


def _items_of(dataset: DatasetVersion, images: Sequence[int]) -> dict[int, DatasetItem]:
    items = DatasetItem.objects.filter(dataset=dataset, image__in=images).select_related("image")
    return {item.image_id: item for item in items}


def _change(old: DatasetItem | None, new: DatasetItem | None) -> ImageChange:
    """The difference of one image, which at least one version has."""
    known = new or old
    assert known is not None  # noqa: S101 - it was found in one of them
    before, after = (_labels(item) if item else None for item in (old, new))
    kind = ChangeKind.ADDED if before is None else ChangeKind.DROPPED if after is None else ChangeKind.CHANGED
    return ImageChange(
        image=known.image_id,
        patient=known.patient_code,
        eye=known.image.eye,
        kind=kind,
        before=before,
        after=after,
        what=_differences(before, after) if before and after else (),
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


def _regions(dataset: DatasetVersion) -> dict[str, int]:
    return dict((dataset.counts.get("all") or {}).get("regions") or {})
