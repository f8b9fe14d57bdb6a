"""Checks before a reading is handed in: faults that must be mended, and warnings that never block."""

from dataclasses import dataclass

from annotations.models import LabelSet, Region
from annotations.selectors import regions_of
from annotations.states import DrStatus, Gradability
from imaging.anatomy import middle_of
from imaging.fov import Fov
from imaging.shapes import Point, Shape, crossing_of, shape_from_json

FOV_EDGE_SLACK = 0.012  # share of the radius by which the found edge may be off (imaging.fov)


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
        *_missing_answers(label_set),
        *_crossing(shapes),
        *_grade_and_lesions(label_set, regions),
        *_contradiction(label_set),
        *_outside_fov(label_set, shapes),
        *_duplicates(regions, shapes),
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


def _missing_answers(label_set: LabelSet) -> list[Finding]:
    """What is mostly forgotten where DR or no DR is given."""
    if not label_set.dr_status:
        return []
    missing = []
    if label_set.icdr_grade is None:
        missing.append("No ICDR grade is given.")
    if not label_set.gradability:
        missing.append("Whether the image is gradable is not said.")
    if not missing:
        return []
    return [Finding(code="missing_answers", message=" ".join(missing), blocks=False)]


def _crossing(shapes: dict[str, Shape]) -> list[Finding]:
    crossing = tuple(uuid for uuid, shape in shapes.items() if crossing_of(shape))
    if not crossing:
        return []
    cross = (
        "1 polygon crosses or touches its"
        if len(crossing) == 1
        else (f"{len(crossing)} polygons cross or touch their")
    )
    message = f"{cross} own outline: mend or redraw."
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
    outside = tuple(uuid for uuid, shape in shapes.items() if not _is_over(fov, middle_of(shape)))
    if not outside:
        return []
    lie = "1 region lies" if len(outside) == 1 else f"{len(outside)} regions lie"
    message = f"{lie} outside the field of view."
    return [Finding(code="outside_field_of_view", message=message, blocks=False, regions=outside)]


def _is_over(fov: Fov, place: Point) -> bool:
    """Whether a place lies in the FOV, or so near its edge that the edge may be wrong."""
    x, y = place
    slack = FOV_EDGE_SLACK * fov.radius
    in_circle = (x - fov.center_x) ** 2 + (y - fov.center_y) ** 2 <= (fov.radius + slack) ** 2
    in_box = fov.left - slack <= x <= fov.right + slack and fov.top - slack <= y <= fov.bottom + slack
    return in_circle and in_box


def _duplicates(regions: list[Region], shapes: dict[str, Shape]) -> list[Finding]:
    """All but the first of equal regions: removing those named leaves one of each."""
    seen: set[tuple[int, Shape]] = set()
    copies = []
    for region in regions:
        key = (region.lesion_class_id, shapes[str(region.uuid)])
        if key in seen:
            copies.append(str(region.uuid))
        seen.add(key)
    if not copies:
        return []
    are = "1 region is an exact copy" if len(copies) == 1 else f"{len(copies)} regions are exact copies"
    message = f"{are} of another one."
    return [Finding(code="duplicate_regions", message=message, blocks=False, regions=tuple(copies))]
