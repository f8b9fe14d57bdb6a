"""Calibrated probabilities mean what they say."""

import numpy as np
import pytest

from inference.ml.calibration import Calibration, fit_calibration


def test_a_shifted_and_shrunk_logit_is_brought_back() -> None:
    random = np.random.default_rng(1)
    true_logit = random.normal(0, 2, 4000)
    truth = (random.random(4000) < 1 / (1 + np.exp(-true_logit))).astype(np.float64)

    found = fit_calibration(truth, true_logit / 4 - 3)

    assert found.scale == pytest.approx(4, rel=0.15)
    assert found.shift == pytest.approx(12, rel=0.15)


def test_probabilities_agree_with_how_often_dr_is_there() -> None:
    random = np.random.default_rng(2)
    truth = (random.random(600) < 0.3).astype(np.float64)
    logits = truth + random.normal(-5, 1, 600)
    found = fit_calibration(truth, logits)

    probability = np.array([found.probability(value) for value in logits])

    assert probability.mean() == pytest.approx(truth.mean(), abs=0.02)


def test_a_few_separated_images_do_not_become_certain() -> None:
    found = fit_calibration(np.array([0.0, 0.0, 1.0, 1.0]), np.array([-9.0, -8.0, 8.0, 9.0]))

    assert 0.6 < found.probability(9.0) < 0.95
    assert 0.05 < found.probability(-9.0) < 0.4


def test_the_order_of_images_stays_even_when_the_network_is_wrong() -> None:
    found = fit_calibration(np.array([1.0, 1.0, 0.0, 0.0]), np.array([-2.0, -1.0, 1.0, 2.0]))

    assert found.scale > 0
    assert found.probability(2.0) > found.probability(-2.0)


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_one_class_only_leaves_the_plain_sigmoid(label: float) -> None:
    assert fit_calibration(np.full(5, label), np.arange(5.0)) == Calibration()


def test_a_card_without_calibration_means_the_plain_sigmoid() -> None:
    assert Calibration.from_card({}).probability(0.0) == 0.5


def test_a_card_gives_each_class_its_own_and_an_old_one_that_of_dr() -> None:
    both = {"calibration": {"DR": {"scale": 2.0, "shift": 1.0}, "REF": {"scale": 3.0, "shift": 0.0}}}

    assert Calibration.from_card(both, "REF") == Calibration(scale=3.0)
    assert Calibration.from_card({"calibration": {"scale": 2.0, "shift": 1.0}}) == Calibration(
        scale=2.0, shift=1.0
    )
