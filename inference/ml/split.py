"""Which patients train, validate and test a model: a pure function, so that it can be checked again."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from inference.ml.errors import UnusableData

Fold = Literal["train", "validation", "test"]
FOLDS: tuple[Fold, ...] = ("train", "validation", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitMember:
    """One image as the split sees it; `label` is anything to keep balanced (None: not known)."""

    patient: str
    label: int | None = None


def split_patients(
    members: Sequence[SplitMember], *, train: float, validation: float, test: float, seed: int
) -> dict[str, Fold]:
    """A fold for each patient, so that both eyes and every repeat stay on one side.

    Patients are grouped by their worst label (the highest one; unlabelled apart), shuffled by `seed`, and
    each group is cut by the three fractions, so that every fold has about the same share of each label.
    A fold with a fraction above 0 gets at least one patient.

    Raises UnusableData("too_few_patients") when there are fewer patients than folds asked for.
    """
    fractions: dict[Fold, float] = {"train": train, "validation": validation, "test": test}
    wanted = [fold for fold in FOLDS if fractions[fold] > 0]
    groups = _patients_by_label(members)
    patients = sum(len(group) for group in groups.values())
    if patients < len(wanted):
        raise UnusableData(
            "too_few_patients",
            f"{patients} patient(s) can't be split into {', '.join(wanted)}",
            remedy="Label images of more patients: every fold needs at least one of its own.",
        )
    folds: dict[str, Fold] = {}
    drawn = random.Random(seed)  # noqa: S311
    carried = dict.fromkeys(FOLDS, 0.0)
    for label in sorted(groups, key=lambda value: (value is None, value if value is not None else 0)):
        group = sorted(groups[label])
        drawn.shuffle(group)
        _deal(group, fractions=fractions, carried=carried, into=folds)
    _fill_empty(folds, wanted=wanted, order=drawn)
    return folds


def _patients_by_label(members: Sequence[SplitMember]) -> dict[int | None, list[str]]:
    worst: dict[str, int | None] = {}
    for member in members:
        known = worst.get(member.patient)
        if known is None or (member.label is not None and member.label > known):
            worst[member.patient] = member.label if member.label is not None else known
    groups: dict[int | None, list[str]] = defaultdict(list)
    for patient, label in worst.items():
        groups[label].append(patient)
    return dict(groups)


def _deal(
    group: Sequence[str],
    *,
    fractions: Mapping[Fold, float],
    carried: dict[Fold, float],
    into: dict[str, Fold],
) -> None:
    """Give each patient to the fold that is furthest behind; what a group leaves over carries to the next."""
    for patient in group:
        for fold in FOLDS:
            carried[fold] += fractions[fold]
        chosen = max(FOLDS, key=lambda fold: (round(carried[fold], 9), fractions[fold]))
        carried[chosen] -= 1
        into[patient] = chosen


def _fill_empty(folds: dict[str, Fold], *, wanted: Sequence[Fold], order: random.Random) -> None:
    """Move one patient from the largest fold into each wanted fold that got none."""
    for fold in wanted:
        if fold in folds.values():
            continue
        sizes = {other: sum(value == other for value in folds.values()) for other in FOLDS}
        largest = max(FOLDS, key=lambda other: sizes[other])
        folds[order.choice(sorted(patient for patient, value in folds.items() if value == largest))] = fold
