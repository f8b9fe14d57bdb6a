"""Tightens rectangles of one image. The network is loaded when first needed, then kept by its process."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np

from accounts.models import User
from annotations.models import FundusImage
from annotations.services.pixels import stored_pixels
from core.errors import Invalid
from imaging.shapes import Polygon, Rect, Shape
from inference.services.tighten_maps import champions_maps

if TYPE_CHECKING:
    from inference.ml.tighten import TightenNetwork

MOST_AREA = 20  # of all rectangles of a call together, in areas of the image
NOT_A_RECTANGLE = "Only rectangles are tightened."


class TooMuchToTighten(Invalid):
    """The rectangles together are far larger than the image."""

    code = "too_much_to_tighten"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeToTighten:
    """One shape of a person's, and the class that they gave it."""

    uuid: UUID
    shape: Shape
    lesion_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TightenedShape:
    """The contour, or None and the reason why the shape stays; `confidence`: its pixels' mean probability."""

    uuid: UUID
    polygon: Polygon | None = None
    confidence: float = 0.0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tightened:
    """All answers in the order asked; `method` is network or contrast; `used_model`: the version whose map
    was used beside the image."""

    shapes: list[TightenedShape]
    method: str
    used_model: str | None
    ms: float


def tighten_shapes(
    *, image: FundusImage, shapes: Sequence[ShapeToTighten], by: User | None = None
) -> Tightened:
    """Contours for the rectangles among the shapes; changes nothing.

    Where the champion has judged the image and its test scores earn it a say, its maps are joined in; `by`
    must be let see predictions for that. Raises TooMuchToTighten, and NotFound when the image's file is gone.
    """
    from inference.ml.tighten import Contour, tighten  # loads ONNX Runtime

    began = time.perf_counter()
    network = tighten_network()
    rectangles = [(one, one.shape) for one in shapes if isinstance(one.shape, Rect)]
    whole = image.width * image.height
    if sum(min(rect.area(), whole) for _, rect in rectangles) > MOST_AREA * whole:
        raise TooMuchToTighten(
            "These rectangles together are far larger than the image.",
            remedy="Draw each rectangle around one lesion.",
        )
    answers = {one.uuid: TightenedShape(uuid=one.uuid, reason=NOT_A_RECTANGLE) for one in shapes}
    used_model = None
    if rectangles:
        rgb = np.asarray(stored_pixels(image))
        codes = {one.lesion_class for one, _ in rectangles} if network else set()
        prediction, maps = champions_maps(image=image, codes=codes, by=by)
        used_model = prediction.model_id if prediction and maps else None
        asked = [(rect, one.lesion_class) for one, rect in rectangles]
        found = tighten(rgb, asked, network, maps=maps)
        for (one, _), result in zip(rectangles, found, strict=True):
            answers[one.uuid] = (
                TightenedShape(uuid=one.uuid, polygon=result.polygon, confidence=result.confidence)
                if isinstance(result, Contour)
                else TightenedShape(uuid=one.uuid, reason=result.reason)
            )
    return Tightened(
        shapes=[answers[one.uuid] for one in shapes],
        method="contrast" if network is None else "network",
        used_model=used_model,
        ms=round(1000 * (time.perf_counter() - began), 1),
    )


@lru_cache(maxsize=1)
def tighten_network() -> "TightenNetwork | None":
    """The network in use, loaded once a process (seconds, with ONNX Runtime); None where there is none."""
    from inference.ml.tighten import TightenNetwork

    return TightenNetwork.load()
