"""How well rectangles, contours by contrast and contours by a network agree with true masks. No torch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from imaging.arrays import BoolMask
from imaging.masks import component_rects, rasterize
from imaging.shapes import Rect, Shape
from inference.ml.tighten import Contour, TightenNetwork, tighten
from inference.ml.tighten_folder import LabelledPhoto
from inference.ml.tighten_map import ModelMap

WAYS = ("rectangles", "contrast", "tightened")
WITH_MAPS = "with maps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Pixels of one class in one image: in the truth and, per way, said and rightly said."""

    image: str
    lesion_class: str
    lesions: int
    unchanged: int
    truth: int
    said: dict[str, int]
    both: dict[str, int]


def judge(
    photo: LabelledPhoto, network: TightenNetwork, maps: Mapping[str, ModelMap] | None = None
) -> list[Score]:
    """Scores of one photograph, whose mask is used for the tight rectangles and for judging alone.

    With `maps`, only the classes that have one are judged, and one more way.
    """
    rgb, masks = photo.read()
    scores = []
    for code, truth in masks.items():
        if maps is not None and code not in maps:
            continue
        rects = [rect for rect, _ in component_rects(truth)]
        by_network = tighten(rgb, [(rect, code) for rect in rects], network)
        shapes: dict[str, list[Shape]] = {
            "rectangles": list(rects),
            "contrast": _shapes(rects, tighten(rgb, [(rect, code) for rect in rects], None)),
            "tightened": _shapes(rects, by_network),
        }
        if maps is not None:
            joined = tighten(rgb, [(rect, code) for rect in rects], network, maps=maps)
            shapes[WITH_MAPS] = _shapes(rects, joined)
        height, width = truth.shape
        said = {way: rasterize(shapes[way], height=height, width=width) for way in shapes}
        scores.append(
            Score(
                image=photo.path.stem,
                lesion_class=code,
                lesions=len(rects),
                unchanged=sum(not isinstance(one, Contour) for one in by_network),
                truth=_count(truth),
                said={way: _count(mask) for way, mask in said.items()},
                both={way: _count(mask & truth) for way, mask in said.items()},
            )
        )
    return scores


def summary(scores: Iterable[Score]) -> dict[str, Any]:
    """Per class: lesions, images, those left unchanged, and the pooled Dice of each way."""
    by_class: dict[str, list[Score]] = {}
    for score in scores:
        by_class.setdefault(score.lesion_class, []).append(score)
    return {code: _summary(found) for code, found in by_class.items()}


def _summary(scores: Sequence[Score]) -> dict[str, Any]:
    truth = sum(score.truth for score in scores)
    return {
        "images": len(scores),
        "lesions": sum(score.lesions for score in scores),
        "unchanged": sum(score.unchanged for score in scores),
        "dice": {
            way: round(
                2 * sum(score.both[way] for score in scores) / (truth + sum(one.said[way] for one in scores)),
                4,
            )
            for way in scores[0].said
        },
    }


def _shapes(rects: Sequence[Rect], answers: Sequence[object]) -> list[Shape]:
    """The contours, and the rectangle itself where it stays."""
    return [
        answer.polygon if isinstance(answer, Contour) else rect
        for rect, answer in zip(rects, answers, strict=True)
    ]


def _count(mask: BoolMask) -> int:
    return int(np.count_nonzero(mask))
