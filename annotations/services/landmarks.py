"""Disc and fovea proposed for an image; found when first asked for, then kept."""

import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from django.core.files.storage import default_storage

from annotations.models import FundusImage
from annotations.services.files import store_bytes
from annotations.services.pixels import stored_pixels
from imaging.fov import Fov, whole_frame
from imaging.landmarks import find_landmarks

METHOD = 1  # raise it when imaging.landmarks finds other places: what is kept is then found anew


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedLandmarks:
    """Pixels of the stored image; None where not sure. `confidence` 0 to 1 is the lower of those found."""

    disc: tuple[float, float] | None
    fovea: tuple[float, float] | None
    disc_diameter: float | None
    confidence: float
    disc_confidence: float
    fovea_confidence: float


def propose_landmarks(*, image: FundusImage) -> ProposedLandmarks:
    """Disc and fovea from the image alone. Raises NotFound when the stored file is gone."""
    name = f"derived/{image.sha256[:2]}/{image.sha256}/landmarks-{METHOD}.json"
    if default_storage.exists(name):
        with default_storage.open(name) as kept:
            return ProposedLandmarks(**json.loads(kept.read()))
    fov = Fov.from_json(image.fov) if image.fov else whole_frame(width=image.width, height=image.height)
    found = find_landmarks(np.asarray(stored_pixels(image)), fov)
    sure = [found.disc_confidence] if found.fovea is None else [found.disc_confidence, found.fovea_confidence]
    proposed = ProposedLandmarks(
        disc=_rounded(found.disc),
        fovea=_rounded(found.fovea),
        disc_diameter=None if found.disc_diameter is None else round(found.disc_diameter, 1),
        confidence=round(min(sure), 3),
        disc_confidence=round(found.disc_confidence, 3),
        fovea_confidence=round(found.fovea_confidence, 3),
    )
    content: dict[str, Any] = asdict(proposed)
    store_bytes(name, json.dumps(content).encode())
    return proposed


def _rounded(place: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if place is None else (round(place[0], 1), round(place[1], 1))
