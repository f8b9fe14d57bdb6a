"""Images that two people read, for tests: a team, readings that agree or not, and comparing them at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from annotations.models import DoubleReading, FundusImage, LabelSet, Project
from annotations.services.double_readings import compare_waiting
from annotations.services.label_sets import RegionChange
from tests.annotations.readings import read, rect

HERE = (10, 10, 10, 10)
THERE = (60, 60, 10, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Two specialists and two reviewers of one project."""

    ada: User
    ben: User
    judge: User
    other_judge: User


def drawn(*places: tuple[float, float, float, float], lesion_class: str = "HE") -> list[RegionChange]:
    """Rectangles to be added."""
    return [rect(*place, lesion_class) for place in places]


def read_by_both(
    image: FundusImage,
    team: Team,
    first: dict[str, Any],
    second: dict[str, Any],
    *,
    regions: tuple[Sequence[RegionChange], Sequence[RegionChange]] = ((), ()),
) -> tuple[LabelSet, LabelSet]:
    """Both specialists hand their readings in; nothing is compared yet."""
    return read(image, team.ada, regions[0], **first), read(image, team.ben, regions[1], **second)


def compared(image: FundusImage) -> DoubleReading:
    """What becomes of an image's double reading once the job has run."""
    compare_waiting(project=Project.objects.get(pk=image.project_id))
    return DoubleReading.objects.get(image=image)
