"""Masks of the label sets a dataset is made of, built by annotations where they are missing."""

from collections.abc import Callable, Iterable, Mapping

from accounts.models import User
from annotations.models import Mask
from inference.selectors.datasets import PlannedItem

Progress = Callable[[int, int, str], None]


def masks_for_items(
    items: Iterable[PlannedItem], *, classes: tuple[str, ...], by: User | None, on_progress: Progress
) -> Mapping[int, Mapping[str, Mask]]:
    """Label set id -> class code -> mask of its current revision, for the classes it was searched for."""
    raise NotImplementedError
