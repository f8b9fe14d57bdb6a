"""How much of each lesion the models found in a patient's eyes, exam by exam."""

import datetime
from collections import defaultdict
from dataclasses import dataclass
from statistics import fmean

from accounts.models import User
from annotations.models import FundusImage, Patient
from inference.selectors.decisions import current_decisions
from inference.selectors.predictions import blinded_for


@dataclass(frozen=True, slots=True, kw_only=True)
class EyeBurden:
    """One eye in one exam; `eye` is OD, OS or empty when it is not known.

    `area_fov_percent`: class -> its share of the field of view in %, the mean over the `images`
    of the eye in which it was looked for.
    """

    exam: int
    date: datetime.date | None
    eye: str
    images: int
    area_fov_percent: dict[str, float]


def lesion_burden(patient: Patient, *, seen_by: User) -> list[EyeBurden]:
    """Every eye of every exam that a model has looked at for lesions; by date, undated exams last.

    Without the images that the person has still to read.
    """
    shown = FundusImage.objects.filter(~blinded_for(seen_by), exam__patient=patient)
    images = list(shown.select_related("exam"))
    decisions = current_decisions(image.pk for image in images)
    areas: dict[tuple[int, str], list[dict[str, float]]] = defaultdict(list)
    dates: dict[int, datetime.date | None] = {}
    for image in images:
        decision = decisions.get(image.pk)
        if decision is None or decision.segmenter is None or not decision.segmenter.gradable:
            continue
        found = {code: float(one["area_fov_percent"]) for code, one in decision.lesions.items()}
        areas[image.exam_id, image.eye].append(found)
        dates[image.exam_id] = image.exam.date
    burdens = [
        EyeBurden(exam=exam, date=dates[exam], eye=eye, images=len(found), area_fov_percent=_means(found))
        for (exam, eye), found in areas.items()
    ]
    return sorted(
        burdens, key=lambda one: (one.date is None, one.date or datetime.date.min, one.exam, one.eye)
    )


def _means(found: list[dict[str, float]]) -> dict[str, float]:
    codes = sorted({code for one in found for code in one})
    return {code: round(fmean(one[code] for one in found if code in one), 5) for code in codes}
