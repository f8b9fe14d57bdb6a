"""What a reading teaches a classifier."""

import pytest

from annotations.states import DrStatus
from inference.label_targets import Targets, targets_of

DR, NO_DR, NOT_READ = DrStatus.DR, DrStatus.NO_DR, DrStatus.NOT_READ


@pytest.mark.parametrize(
    ("status", "grade", "edema", "dr", "referable"),
    [
        (DR, None, None, 1, None),  # may be either
        (DR, None, 0, 1, None),
        (DR, None, 2, 1, 1),
        (DR, 1, None, 1, 0),
        (DR, 1, 1, 1, 0),
        (DR, 1, 2, 1, 1),
        (DR, 2, None, 1, 1),
        (DR, 4, 0, 1, 1),
        (NO_DR, None, None, 0, 0),
        (NO_DR, 0, 0, 0, 0),
        (NOT_READ, 3, None, 1, 1),
        (NOT_READ, 0, None, 0, 0),
        (NOT_READ, None, 2, None, 1),
        (NOT_READ, None, None, None, None),
        # readings that contradict themselves
        (NO_DR, 2, None, 0, None),
        (NO_DR, None, 2, 0, None),
        (DR, 0, None, 1, None),
    ],
)
def test_targets_of_a_reading(
    status: DrStatus, grade: int | None, edema: int | None, dr: int | None, referable: int | None
) -> None:
    found = targets_of(dr_status=status, icdr_grade=grade, macular_edema=edema)

    assert found == Targets(dr=dr, referable=referable)
