"""What a reading teaches a classifier: any DR and referable DR, each known or not; pure, no database."""

from dataclasses import dataclass

from annotations.states import DrStatus
from inference.decision_rules import is_referable


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """1 yes, 0 no, None: the reading does not say, and no loss may rest on it."""

    dr: int | None
    referable: int | None


def targets_of(*, dr_status: DrStatus, icdr_grade: int | None, macular_edema: int | None) -> Targets:
    """Both targets of one reading.

    Any DR: as said, else a grade above 0. Referable DR: by grade and macular edema; where neither says it,
    "no DR" is not referable and "DR" may be either. Where the answers contradict each other (no DR, yet
    grade 2), referable is not known.
    """
    graded = None if icdr_grade is None else int(icdr_grade > 0)
    dr = {DrStatus.DR: 1, DrStatus.NO_DR: 0, DrStatus.NOT_READ: graded}[dr_status]
    referable = is_referable(icdr_grade=icdr_grade, macular_edema=macular_edema)
    if referable is None and dr == 0:
        referable = False
    contradicts = (graded is not None and graded != dr) or (referable and dr == 0)
    return Targets(dr=dr, referable=None if referable is None or contradicts else int(referable))
