"""Masks of the label sets a dataset is made of, built by annotations where they are missing."""

from collections.abc import Callable, Iterable, Mapping

from accounts.models import User
from annotations.models import Mask
from annotations.services.masks import ensure_masks
from inference.selectors.datasets import PlannedItem

Progress = Callable[[int, int, str], None]


def masks_for_items(
    items: Iterable[PlannedItem], *, classes: tuple[str, ...], by: User | None, on_progress: Progress
) -> Mapping[int, Mapping[str, Mask]]:
    """Label set id -> class code -> mask of its current revision, for the classes it was searched for."""
    report = ensure_masks(label_sets=[item.label_set for item in items], by=by, progress=on_progress)
    return {
        label_set: {code: mask for code, mask in masks.items() if code in classes}
        for label_set, masks in report.of.items()
    }
