"""Checks before a reading is handed in: faults that must be mended, and warnings that never block."""

from collections import Counter
from dataclasses import dataclass

from annotations.models import LabelSet, Region
from annotations.selectors import regions_of
from annotations.states import DrStatus, Gradability
from imaging.fov import Fov
from imaging.shapes import Shape, crossing_of, shape_from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to mend or to look at again; `regions` names the uuids it is about."""

    code: str
    message: str
    blocks: bool
    regions: tuple[str, ...] = ()


def check_label_set(label_set: LabelSet) -> list[Finding]:
    """All findings about the current revision, those that block first."""
    regions = list(regions_of(label_set))
    shapes = {str(region.uuid): shape_from_json(region.shape, region.geometry) for region in regions}
    findings = [
        *_missing_reading(label_set),
        *_crossing(shapes),
        *_grade_and_lesions(label_set, regions),
        *_contradiction(label_set),
        *_outside_fov(label_set, shapes),
        *_duplicates(regions),
    ]
    return sorted(findings, key=lambda finding: not finding.blocks)


def _missing_reading(label_set: LabelSet) -> list[Finding]:
    if label_set.dr_status or label_set.gradability == Gradability.UNGRADABLE:
        return []
    return [
        Finding(
            code="no_reading",
            message="No reading is given: choose DR or no DR, or call the image ungradable.",
            blocks=True,
        )
    ]


def _crossing(shapes: dict[str, Shape]) -> list[Finding]:
    crossing = tuple(uuid for uuid, shape in shapes.items() if crossing_of(shape))
    if not crossing:
        return []
    message = f"{len(crossing)} polygons cross or touch their own outline: mend or redraw them."
    return [Finding(code="crossing_polygon", message=message, blocks=True, regions=crossing)]


def _grade_and_lesions(label_set: LabelSet, regions: list[Region]) -> list[Finding]:
    lesions = tuple(str(region.uuid) for region in regions if region.lesion_class.code in ("HE", "EX"))
    low = label_set.icdr_grade in (0, 1) or label_set.dr_status == DrStatus.NO_DR
    if not (low and lesions):
        return []
    message = "The reading is no DR or grade 0 to 1, yet hemorrhages or exudates are drawn."
    return [Finding(code="grade_without_lesions", message=message, blocks=False, regions=lesions)]


def _contradiction(label_set: LabelSet) -> list[Finding]:
    grade = label_set.icdr_grade
    if grade is None or not label_set.dr_status:
        return []
    if (label_set.dr_status == DrStatus.DR) == (grade > 0):
        return []
    message = f"The DR status contradicts the ICDR grade {grade}."
    return [Finding(code="status_contradicts_grade", message=message, blocks=False)]


def _outside_fov(label_set: LabelSet, shapes: dict[str, Shape]) -> list[Finding]:
    if not label_set.image.fov:
        return []
    fov = Fov.from_json(label_set.image.fov)
    outside = tuple(uuid for uuid, shape in shapes.items() if not _touches(fov, shape))
    if not outside:
        return []
    message = f"{len(outside)} regions lie outside the field of view."
    return [Finding(code="outside_field_of_view", message=message, blocks=False, regions=outside)]


def _touches(fov: Fov, shape: Shape) -> bool:
    """Whether the point of the shape's box that is nearest to the FOV's centre lies in the FOV."""
    left, top, right, bottom = shape.bounds()
    x = min(max(fov.center_x, left), right)
    y = min(max(fov.center_y, top), bottom)
    in_circle = (x - fov.center_x) ** 2 + (y - fov.center_y) ** 2 <= fov.radius**2
    return in_circle and fov.left <= x <= fov.right and fov.top <= y <= fov.bottom


def _duplicates(regions: list[Region]) -> list[Finding]:
    keys = {
        str(region.uuid): (region.lesion_class_id, region.shape, str(region.geometry)) for region in regions
    }
    counts = Counter(keys.values())
    twice = tuple(uuid for uuid, key in keys.items() if counts[key] > 1)
    if not twice:
        return []
    message = f"{len(twice)} regions are exactly the same as another one."
    return [Finding(code="duplicate_regions", message=message, blocks=False, regions=twice)]
