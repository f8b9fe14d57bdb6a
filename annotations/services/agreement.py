"""How far two readings agree: their answers, pixels and lesions, per image and over a project."""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from django.db import transaction

from accounts.models import User
from annotations.models import Agreement, LabelSet, Project, Region
from annotations.selectors import regions_of
from annotations.selectors.agreement import PairKind
from annotations.selectors.agreement_figures import (
    BY_READERS,
    ComparedPairs,
    PairFigures,
    compared_pairs,
    figures_by,
    pairs_without_figures,
)
from imaging.agreement import LesionAgreement, compare_lesions
from imaging.shapes import shape_from_json

SECONDS_PER_REQUEST = 3.0
AT_ONCE = 100  # pairs whose readings are looked up together


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassAgreement:
    """One lesion class of two readings: its regions by reader, and which of them are the same lesions."""

    code: str
    first: Sequence[Region]
    second: Sequence[Region]
    lesions: LesionAgreement

    def figures(self) -> dict[str, Any]:
        """The numbers, as JSON."""
        return {
            "dice": self.lesions.dice,
            "f1": self.lesions.f1,
            "matched": len(self.lesions.matches),
            "only_first": len(self.lesions.only_first),
            "only_second": len(self.lesions.only_second),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderPair:
    """Two readers (or one and the same, for repeats) over all images of a project that both read."""

    kind: PairKind
    first: User
    second: User
    figures: PairFigures


def compare_classes(first: LabelSet, second: LabelSet) -> list[ClassAgreement]:
    """The lesions of two label sets of one image, class by class; only classes that both looked for."""
    regions_a, regions_b = _by_class(first), _by_class(second)
    image = first.image
    return [
        ClassAgreement(
            code=code,
            first=regions_a[code],
            second=regions_b[code],
            lesions=compare_lesions(
                [shape_from_json(one.shape, one.geometry) for one in regions_a[code]],
                [shape_from_json(one.shape, one.geometry) for one in regions_b[code]],
                height=image.height,
                width=image.width,
            ),
        )
        for code in sorted(set(first.classes_looked_for) & set(second.classes_looked_for))
    ]


def agreement_of(first: LabelSet, second: LabelSet) -> Agreement:
    """The figures of two readings as they are now, kept or reckoned anew.

    The one opened earlier is the first. Reckoning takes up to some seconds: call it
    outside of transactions.
    """
    kept = Agreement.objects.filter(
        first=first, second=second, first_revision=first.revision, second_revision=second.revision
    )
    return kept.first() or _reckon(first, second)


def reader_pairs(*, user: User, project: Project, within_s: float = SECONDS_PER_REQUEST) -> list[ReaderPair]:
    """Every two people who read the same images, and every person with repeats; most images first."""
    compared = compared_pairs(user, project)
    figures = figures_by(compared, **BY_READERS)
    if any(one.pending for one in figures.values()) and _reckon_missing(compared, within_s=within_s):
        figures = figures_by(compared, **BY_READERS)
    people = User.objects.only("username").in_bulk({reader for readers in figures for reader in readers})
    rows = [
        ReaderPair(
            kind=PairKind.WITHIN if first == second else PairKind.BETWEEN,
            first=people[first],
            second=people[second],
            figures=some,
        )
        for (first, second), some in figures.items()
    ]
    return sorted(
        rows, key=lambda row: (row.kind, -row.figures.images, row.first.username, row.second.username)
    )


def mean_of(values: Iterable[float | None]) -> float | None:
    """The mean of the values there are; None without any."""
    there = [value for value in values if value is not None]
    return fmean(there) if there else None


def _reckon_missing(compared: ComparedPairs, *, within_s: float) -> bool:
    """Reckon missing figures for as long as `within_s` allows; whether there are more now."""
    until = time.monotonic() + within_s
    reckoned = False
    while time.monotonic() < until and (missing := pairs_without_figures(compared)[:AT_ONCE]):
        sets = LabelSet.objects.select_related("image").in_bulk({pk for pair in missing for pk in pair})
        for first, second in missing:
            if time.monotonic() >= until:
                break
            _reckon(sets[first], sets[second])
            reckoned = True
    return reckoned


def _reckon(first: LabelSet, second: LabelSet) -> Agreement:
    classes = {one.code: one.figures() for one in compare_classes(first, second)}
    with transaction.atomic():
        Agreement.objects.filter(first=first, second=second).delete()  # of earlier revisions
        agreement, _ = Agreement.objects.get_or_create(
            first=first,
            second=second,
            first_revision=first.revision,
            second_revision=second.revision,
            defaults={
                "image": first.image,
                "dr_differs": first.dr_status != second.dr_status,
                "mean_dice": mean_of(one["dice"] for one in classes.values()),
                "mean_f1": mean_of(one["f1"] for one in classes.values()),
                "figures": {"classes": classes},
            },
        )
    return agreement


def _by_class(label_set: LabelSet) -> dict[str, list[Region]]:
    regions: dict[str, list[Region]] = defaultdict(list)
    for region in regions_of(label_set):
        regions[region.lesion_class.code].append(region)
    return regions
