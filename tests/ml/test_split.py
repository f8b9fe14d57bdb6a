"""Patients, not images, are split; drawing touches the training fold only."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.ml.balance import epoch_order
from inference.ml.errors import UnusableData
from inference.ml.resnet_settings import Balancing
from inference.ml.split import SplitMember, split_patients


def _members(patients: int, share: float = 0.5) -> list[SplitMember]:
    """Both eyes of each patient; the left eye of a patient with DR has none."""
    return [
        SplitMember(patient=f"p{number}", label=int(number < share * patients and eye == 0))
        for number in range(patients)
        for eye in range(2)
    ]


SPLIT = {"train": 0.7, "validation": 0.1, "test": 0.2}


@pytest.mark.parametrize("seed", range(20))
def test_every_fold_has_its_share_of_each_label_up_to_a_fifth(seed: int) -> None:
    folds = split_patients(_members(200, share=0.25), **SPLIT, seed=seed)

    with_dr = Counter(folds[f"p{number}"] for number in range(50))
    without = Counter(folds[f"p{number}"] for number in range(50, 200))
    assert 8 <= with_dr["test"] <= 12
    assert 4 <= with_dr["validation"] <= 6
    assert 24 <= without["test"] <= 36
    assert 12 <= without["validation"] <= 18


@pytest.mark.parametrize("seed", range(5))
def test_patients_keep_their_folds_when_others_come(seed: int) -> None:
    members = _members(400)
    first = now = split_patients(members, **SPLIT, seed=seed)
    for number in range(60):
        members = [SplitMember(patient=f"new{number}", label=number % 2), *members]
        before, now = now, split_patients(members, **SPLIT, seed=seed)
        assert sum(now[patient] != fold for patient, fold in before.items()) <= 3  # those next to a cut

    assert sum(now[patient] != fold for patient, fold in first.items()) <= 6


def test_where_patients_are_few_training_comes_first_then_testing() -> None:
    def folds(patients: int) -> list[str]:
        members = [SplitMember(patient=f"p{number}", label=1) for number in range(patients)]
        others = [SplitMember(patient=f"q{number}", label=0) for number in range(9)]
        found = split_patients([*members, *others], **SPLIT, seed=4)
        return sorted(found[member.patient] for member in members)

    assert folds(1) == ["train"]
    assert folds(2) == ["test", "train"]
    assert folds(3) == ["test", "train", "validation"]


@given(
    labels=st.lists(st.tuples(st.integers(0, 12), st.sampled_from([0, 1, None])), min_size=1, max_size=60),
    seed=st.integers(0, 5),
)
def test_each_patient_gets_one_fold_and_no_fold_is_empty(
    labels: list[tuple[int, int | None]], seed: int
) -> None:
    members = [SplitMember(patient=f"p{patient}", label=label) for patient, label in labels]
    patients = {member.patient for member in members}
    if len(patients) < 3:
        with pytest.raises(UnusableData):
            split_patients(members, train=0.7, validation=0.1, test=0.2, seed=seed)
        return

    folds = split_patients(members, train=0.7, validation=0.1, test=0.2, seed=seed)

    assert set(folds) == patients
    assert set(folds.values()) == {"train", "validation", "test"}


def test_the_order_of_images_does_not_matter_but_the_seed_does() -> None:
    members = _members(40)
    split = {"train": 0.7, "validation": 0.0, "test": 0.3}

    assert split_patients(members, **split, seed=1) == split_patients(members[::-1], **split, seed=1)
    assert split_patients(members, **split, seed=1) != split_patients(members, **split, seed=2)


def test_too_few_patients_are_refused() -> None:
    with pytest.raises(UnusableData) as refusal:
        split_patients(_members(1), train=0.7, validation=0.0, test=0.3, seed=1)

    assert refusal.value.code == "too_few_patients"


def test_oversampling_adds_images_without_dr_until_both_are_equal() -> None:
    labels = np.array([1, 1, 1, 1, 1, 0, 0], np.float32)

    order = epoch_order(labels, balancing=Balancing.OVERSAMPLE, random=np.random.default_rng(1))

    assert sorted(set(order.tolist())) == list(range(7))  # every image is seen
    assert (labels[order] == 1).sum() == (labels[order] == 0).sum() == 5


@pytest.mark.parametrize("balancing", [one for one in Balancing if one is not Balancing.OVERSAMPLE])
def test_without_oversampling_every_image_comes_once(balancing: Balancing) -> None:
    order = epoch_order(np.array([1, 1, 0], np.float32), balancing=balancing, random=np.random.default_rng(1))

    assert sorted(order.tolist()) == [0, 1, 2]


def test_oversampling_never_draws_more_dr() -> None:
    labels = np.array([1, 0, 0, 0], np.float32)

    order = epoch_order(labels, balancing=Balancing.OVERSAMPLE, random=np.random.default_rng(1))

    assert sorted(order.tolist()) == [0, 1, 2, 3]
