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


def test_fractions_are_met() -> None:
    folds = Counter(split_patients(_members(100), train=0.7, validation=0.1, test=0.2, seed=1).values())

    assert folds == {"train": 70, "validation": 10, "test": 20}


def test_every_fold_has_its_share_of_each_label() -> None:
    folds = split_patients(_members(100, share=0.3), train=0.7, validation=0.1, test=0.2, seed=3)

    with_dr = Counter(folds[f"p{number}"] for number in range(30))
    assert with_dr == {"train": 21, "validation": 3, "test": 6}


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
