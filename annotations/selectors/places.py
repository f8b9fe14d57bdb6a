"""Where the disc and the fovea of an image are, as far as a reading says."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imaging.anatomy import FOVEA_FROM_DISC_DD
from imaging.shapes import Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Pixels of the stored image; None where a place is not known.

    `disc_diameter_from` is `marked`, or `distance` when it was taken from the way to the fovea.
    """

    disc: Point | None = None
    fovea: Point | None = None
    disc_diameter: float | None = None
    disc_diameter_from: str = ""

    @property
    def tell_quadrants(self) -> bool:
        """Whether both are known and apart, so that nasal and temporal, upper and lower can be told."""
        return self.disc is not None and self.fovea is not None and self.disc != self.fovea


def places_of(landmarks: Mapping[str, Any]) -> Places:
    """The places of a label set's `landmarks`, with the disc's diameter where it follows from them."""
    disc, fovea = _place(landmarks.get("disc")), _place(landmarks.get("fovea"))
    diameter, found_by = None, ""
    if marked := landmarks.get("disc_diameter"):
        diameter, found_by = float(marked), "marked"
    elif disc and fovea and disc != fovea:
        diameter, found_by = math.dist(disc, fovea) / FOVEA_FROM_DISC_DD, "distance"
    return Places(disc=disc, fovea=fovea, disc_diameter=diameter, disc_diameter_from=found_by)


def _place(marked: Any) -> Point | None:
    return (float(marked[0]), float(marked[1])) if marked else None
