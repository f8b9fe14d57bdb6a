"""Which patients train, validate and test a model: a pure function, so that it can be checked again."""

import hashlib
import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from inference.ml.errors import UnusableData

Fold = Literal["train", "validation", "test"]
FOLDS: tuple[Fold, ...] = ("train", "validation", "test")
MOST_NEEDED: tuple[Fold, ...] = ("train", "test", "validation")  # where patients are too few for all
LEAST_SHARE = 0.5  # of what a fold would have of each label, were they dealt out evenly


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitMember:
    """One image as the split sees it; `label` is anything to keep balanced (None: not known)."""

    patient: str
    label: int | None = None


def split_patients(
    members: Sequence[SplitMember], *, train: float, validation: float, test: float, seed: int
) -> dict[str, Fold]:
    """A fold for each patient, so that both eyes and every repeat stay on one side.

    The hash of seed and patient code is the patient's place between 0 and 1: test is the first stretch,
    validation the next, train the rest. So nobody changes folds when patients come or go, and each fold has
    about its share of every label (the worst one of a patient counts; unlabelled apart). Only where chance
    leaves a fold less than half of its share of a label, or nothing, the cut moves among the patients of that
    label, past as few as needed: with few patients balance comes first, with many nothing moves.
    A fold with a fraction above 0 gets at least one patient.

    Raises UnusableData("too_few_patients") when there are fewer patients than folds asked for.
    """
    fractions: dict[Fold, float] = {"train": train, "validation": validation, "test": test}
    wanted = [fold for fold in MOST_NEEDED if fractions[fold] > 0]
    groups = _patients_by_label(members)
    patients = sum(len(group) for group in groups.values())
    if patients < len(wanted):
        raise UnusableData(
            "too_few_patients",
            f"{patients} patient(s) can't be split into {', '.join(wanted)}",
            remedy="Label images of more patients: every fold needs at least one of its own.",
        )
    folds: dict[str, Fold] = {}
    for group in groups.values():
        folds |= _cut({place(patient, seed=seed): patient for patient in group}, fractions=fractions)
    _fill_empty(folds, wanted=wanted, seed=seed)
    return folds


def place(patient: str, *, seed: int) -> float:
    """Where a patient stands between 0 and 1; depends on nothing else."""
    digest = hashlib.sha256(f"{seed}:{patient}".encode()).digest()
    return int.from_bytes(digest[:7]) / 2**56


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


def _cut(by_place: Mapping[float, str], *, fractions: Mapping[Fold, float]) -> dict[str, Fold]:
    """Folds of the patients of one label, each fold with its least number of them."""
    places = sorted(by_place)
    least = _least(len(places), fractions=fractions)
    first = bisect_left(places, fractions["test"])
    first = min(max(first, least["test"]), len(places) - least["train"] - least["validation"])
    second = bisect_left(places, fractions["test"] + fractions["validation"])
    second = min(max(second, first + least["validation"]), len(places) - least["train"])
    return {
        by_place[there]: "test" if rank < first else "validation" if rank < second else "train"
        for rank, there in enumerate(places)
    }


def _least(patients: int, *, fractions: Mapping[Fold, float]) -> dict[Fold, int]:
    """How many patients of a label each fold gets at least; never more together than there are."""
    least = dict.fromkeys(FOLDS, 0)
    left = patients
    for fold in MOST_NEEDED:
        if fractions[fold] > 0:
            least[fold] = min(left, math.ceil(LEAST_SHARE * fractions[fold] * patients))
            left -= least[fold]
    return least


def _fill_empty(folds: dict[str, Fold], *, wanted: Sequence[Fold], seed: int) -> None:
    """Move one patient, the first in place, from the largest fold into each wanted fold that got none."""
    for fold in wanted:
        if fold in folds.values():
            continue
        sizes = {other: sum(value == other for value in folds.values()) for other in FOLDS}
        largest = max(FOLDS, key=lambda other: sizes[other])
        candidates = [patient for patient, value in folds.items() if value == largest]
        folds[min(candidates, key=lambda patient: place(patient, seed=seed))] = fold
