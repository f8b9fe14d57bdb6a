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
TOLERANCE = 0.2  # by which a fold's share of a label may miss what it was asked to be


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
    validation the next, train the rest. So patients keep their folds when others come or go, in whatever
    order. Chance alone would leave some folds with far more of a label than others (the worst one of a
    patient counts; unlabelled apart): where validation or test miss their share of a label by more than a
    fifth, their end moves past as few patients of that label as needed, and a newcomer may move those next
    to it. With a handful of patients, training gets one of each label first, then test.
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
    """Folds of the patients of one label, in the order of their places."""
    places = sorted(by_place)
    sizes = dict.fromkeys(FOLDS, 0)
    for fold in (one for one in MOST_NEEDED if fractions[one] > 0):  # one of each first
        sizes[fold] = min(1, len(places) - sum(sizes.values()))
    ends: list[int] = []
    upto = 0.0
    for fold in ("test", "validation"):
        upto += fractions[fold]
        begin = ends[-1] if ends else 0
        fair = fractions[fold] * len(places)
        least = max(sizes[fold], math.ceil((1 - TOLERANCE) * fair))
        most = max(sizes[fold], math.floor((1 + TOLERANCE) * fair))
        others = sizes["train"] + (sizes["validation"] if fold == "test" else 0)
        wanted = min(max(bisect_left(places, upto) - begin, least), most)
        ends.append(begin + min(wanted, len(places) - begin - others))
    first, second = ends
    return {
        by_place[there]: "test" if rank < first else "validation" if rank < second else "train"
        for rank, there in enumerate(places)
    }


def _fill_empty(folds: dict[str, Fold], *, wanted: Sequence[Fold], seed: int) -> None:
    """Move one patient, the first in place, from the largest fold into each wanted fold that got none."""
    for fold in wanted:
        if fold in folds.values():
            continue
        sizes = {other: sum(value == other for value in folds.values()) for other in FOLDS}
        largest = max(FOLDS, key=lambda other: sizes[other])
        candidates = [patient for patient, value in folds.items() if value == largest]
        folds[min(candidates, key=lambda patient: place(patient, seed=seed))] = fold
