"""Cohen's kappa, with and without weights."""

import numpy as np
import pytest

from annotations.selectors.kappa import cohens_kappa

pytestmark = pytest.mark.django_db


def test_kappa_on_a_textbooks_table() -> None:
    # Both yes 20, only the first 5, only the second 10, both no 15: observed 0.7, by chance 0.5.
    answers = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15

    assert cohens_kappa(answers, categories=2) == pytest.approx(0.4)


def test_quadratic_weights_forgive_the_next_grade_and_not_the_farthest() -> None:
    near, far = [(0, 0), (2, 3), (3, 2), (4, 4)], [(0, 4), (2, 2), (3, 3), (4, 0)]

    # By hand: observed (1 + 1) / 16 of 4 images, by chance the mean over all 16 pairs of grades.
    grades = np.array([0, 2, 3, 4])
    by_chance = ((grades[:, None] - grades[None]) ** 2).mean()
    assert cohens_kappa(near, categories=5, quadratic=True) == pytest.approx(1 - (2 / 4) / by_chance)
    assert cohens_kappa(far, categories=5, quadratic=True) == pytest.approx(1 - (32 / 4) / by_chance)


@pytest.mark.parametrize("answers", [[], [(1, 1), (1, 1)]])
def test_kappa_is_not_defined_without_differing_answers(answers: list[tuple[int, int]]) -> None:
    assert cohens_kappa(answers, categories=2) is None
