"""What the marked disc and fovea say about a reading's regions."""

from collections import Counter
from dataclasses import dataclass

from annotations.models import LabelSet, Region
from annotations.selectors.places import Places, places_of
from annotations.selectors.regions import regions_of
from imaging.anatomy import Quadrant, distance_to, middle_of, quadrant_of
from imaging.shapes import Point, Shape, shape_from_json

EXUDATE = "EX"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anatomy:
    """Figures derived from the landmarks; None where a landmark is missing.

    `disc_diameter_from` is `marked`, or `distance` when it was taken from the way to the fovea.
    """

    revision: int
    disc_diameter_px: float | None
    disc_diameter_from: str
    quadrants: dict[str, dict[str, int]] | None
    exudate_to_fovea_px: float | None
    exudate_to_fovea_dd: float | None
    nearest_exudate: str


def anatomy_of(label_set: LabelSet) -> Anatomy:
    """Quadrant counts by class, the disc's diameter, and the exudate nearest to the fovea."""
    places = places_of(label_set.landmarks)
    diameter = places.disc_diameter
    shapes = [(region, shape_from_json(region.shape, region.geometry)) for region in regions_of(label_set)]
    nearest, uuid = _nearest_exudate(shapes, places.fovea)
    return Anatomy(
        revision=label_set.revision,
        disc_diameter_px=diameter,
        disc_diameter_from=places.disc_diameter_from,
        quadrants=_quadrants(shapes, places),
        exudate_to_fovea_px=nearest,
        exudate_to_fovea_dd=nearest / diameter if nearest is not None and diameter else None,
        nearest_exudate=uuid,
    )


def _quadrants(shapes: list[tuple[Region, Shape]], places: Places) -> dict[str, dict[str, int]] | None:
    disc, fovea = places.disc, places.fovea
    if disc is None or fovea is None or not places.tell_quadrants:
        return None
    counts: dict[str, Counter[str]] = {quadrant.value: Counter() for quadrant in Quadrant}
    for region, shape in shapes:
        quadrant = quadrant_of(middle_of(shape), disc=disc, fovea=fovea)
        counts[quadrant.value][region.lesion_class.code] += 1
    return {name: dict(counter) for name, counter in counts.items()}


def _nearest_exudate(shapes: list[tuple[Region, Shape]], fovea: Point | None) -> tuple[float | None, str]:
    if fovea is None:
        return None, ""
    distances = (
        (distance_to(shape, fovea), str(region.uuid))
        for region, shape in shapes
        if region.lesion_class.code == EXUDATE
    )
    return min(distances, default=(None, ""))
