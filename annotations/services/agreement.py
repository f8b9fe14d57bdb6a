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
from annotations.selectors.agreement import (
    PairKind,
    ReadingPair,
    agreements_by_pair,
    compared_sets,
    reading_pairs,
)
from annotations.selectors.kappa import cohens_kappa
from annotations.states import DrStatus, IcdrGrade
from imaging.agreement import LesionAgreement, compare_lesions
from imaging.shapes import shape_from_json

SECONDS_PER_REQUEST = 3.0


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
class PairFigures:
    """How far pairs of readings agree, over their images; `dice` and `f1` by lesion class code."""

    images: int
    pending: int  # images whose lesions are still to be compared
    dr_kappa: float | None
    dr_images: int
    grade_kappa: float | None
    grade_weighted_kappa: float | None  # quadratic weights
    grade_images: int
    dice: dict[str, float]
    f1: dict[str, float]
    mean_dice: float | None
    mean_f1: float | None


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
    pairs = reading_pairs(compared_sets(user, project))
    figures = _reckon_missing(pairs, agreements_by_pair(project), within_s=within_s)
    groups: dict[tuple[PairKind, int, int], list[tuple[LabelSet, LabelSet]]] = defaultdict(list)
    for pair in pairs:
        a, b = in_readers_order(pair)
        groups[pair.kind, a.author_id or 0, b.author_id or 0].append((a, b))
    rows = [_reader_pair(kind, sets, figures) for (kind, _, _), sets in groups.items()]
    return sorted(
        rows, key=lambda row: (row.kind, -row.figures.images, row.first.username, row.second.username)
    )


def in_readers_order(pair: ReadingPair) -> tuple[LabelSet, LabelSet]:
    """The two readings, the same reader's first whoever began earlier: kappa tells its readers apart."""
    a, b = pair.first, pair.second
    return (b, a) if (b.author_id or 0) < (a.author_id or 0) else (a, b)


def figures_of(
    sets: Sequence[tuple[LabelSet, LabelSet]], figures: dict[tuple[int, int], Agreement]
) -> PairFigures:
    """The figures over these pairs of readings; `figures` of lesions by the two sets' ids, smaller first."""
    statuses = [DrStatus.NO_DR, DrStatus.DR]
    read = [(a.dr_status, b.dr_status) for a, b in sets if a.dr_status and b.dr_status]
    graded = [
        (a.icdr_grade, b.icdr_grade) for a, b in sets if a.icdr_grade is not None and b.icdr_grade is not None
    ]
    there = [found for a, b in sets if (found := figures.get((min(a.pk, b.pk), max(a.pk, b.pk)))) is not None]
    grades = len(IcdrGrade.values)
    return PairFigures(
        images=len(sets),
        pending=len(sets) - len(there),
        dr_kappa=cohens_kappa(
            [(statuses.index(DrStatus(a)), statuses.index(DrStatus(b))) for a, b in read], categories=2
        ),
        dr_images=len(read),
        grade_kappa=cohens_kappa(graded, categories=grades),
        grade_weighted_kappa=cohens_kappa(graded, categories=grades, quadratic=True),
        grade_images=len(graded),
        dice=_means(there, "dice"),
        f1=_means(there, "f1"),
        mean_dice=mean_of(one.mean_dice for one in there),
        mean_f1=mean_of(one.mean_f1 for one in there),
    )


def mean_of(values: Iterable[float | None]) -> float | None:
    """The mean of the values there are; None without any."""
    there = [value for value in values if value is not None]
    return fmean(there) if there else None


def _reckon_missing(
    pairs: Sequence[ReadingPair], kept: dict[tuple[int, int], Agreement], *, within_s: float
) -> dict[tuple[int, int], Agreement]:
    """Figures by the two sets' ids: those kept, and missing ones for as long as `within_s` allows."""
    until = time.monotonic() + within_s
    for pair in pairs:
        key = pair.first.pk, pair.second.pk
        if key not in kept and time.monotonic() < until:
            kept[key] = _reckon(pair.first, pair.second)
    return kept


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


def _reader_pair(
    kind: PairKind,
    sets: Sequence[tuple[LabelSet, LabelSet]],
    figures: dict[tuple[int, int], Agreement],
) -> ReaderPair:
    first, second = sets[0][0].author, sets[0][1].author
    assert first is not None and second is not None  # noqa: S101 - comparable sets have authors
    return ReaderPair(kind=kind, first=first, second=second, figures=figures_of(sets, figures))


def _means(agreements: Sequence[Agreement], figure: str) -> dict[str, float]:
    """The mean over images by class code; images where neither reader drew any of the class don't count."""
    values: dict[str, list[float]] = defaultdict(list)
    for one in agreements:
        for code, figures in one.figures["classes"].items():
            if figures[figure] is not None:
                values[code].append(figures[figure])
    return {code: fmean(some) for code, some in sorted(values.items())}


def _by_class(label_set: LabelSet) -> dict[str, list[Region]]:
    regions: dict[str, list[Region]] = defaultdict(list)
    for region in regions_of(label_set):
        regions[region.lesion_class.code].append(region)
    return regions
