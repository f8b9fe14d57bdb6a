"""What rectangles around lesions teach a segmenter.

A rectangle says that a lesion lies in it, not which of its pixels: in tight ones around IDRiD's lesions
almost half of them are healthy. Filled, they teach to draw rectangles. So each is tightened first: its
contour is lesion, the rest of it is left out, and only what lies outside all of them is background.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from imaging.arrays import BoolMask, RgbImage
from imaging.masks import rasterize
from imaging.shapes import Rect
from inference.ml.data import Outline, Outlined
from inference.ml.manifest import Item, Manifest
from inference.ml.settings import Settings
from inference.ml.tighten import FOLDER, NOTHING_SEEN, Contour, TightenNetwork, Unchanged, tighten

RectangleUse = Literal["fill", "tighten"]
KEY_LENGTH = 16  # digits of a photograph's SHA-256 that the tightener's card lists
NetworkOf = Callable[[Item], TightenNetwork | None]


def rectangle_use(settings: Settings) -> RectangleUse:
    """What these settings make of rectangles; networks without the choice take them as they are."""
    chosen: RectangleUse = getattr(settings, "rectangles", "fill")
    return chosen


def outline_for(settings: Settings, manifest: Manifest) -> Outline | None:
    """How to outline the lesions in this manifest's rectangles; None where there is nothing to do."""
    if rectangle_use(settings) == "fill" or not manifest.rectangles():
        return None
    return ContourOutline(network_of=_Networks().of)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContourOutline:
    """Outlines the lesions in rectangles by tightening these, with the network that suits the image."""

    network_of: NetworkOf

    def __call__(self, item: Item, rgb: RgbImage, lesion_class: str, mask: BoolMask) -> Outlined:
        """Lesion and unsure pixels of a stored mask, in which the item's rectangles are filled.

        A rectangle too small to be tightened is lesion as it is; in one where nothing is seen, all is unsure.
        Where another outline lies under a rectangle, the rectangle decides.
        """
        rects = item.rectangles.get(lesion_class, ())
        answers = tighten(rgb, [(rect, lesion_class) for rect in rects], self.network_of(item))
        drawn = [_drawn(rect, answer) for rect, answer in zip(rects, answers, strict=True)]
        height, width = mask.shape
        boxes = rasterize(rects, height=height, width=width)
        contours = rasterize([shape for shape in drawn if shape is not None], height=height, width=width)
        lesion = (mask & ~boxes) | (contours & boxes)
        return Outlined(lesion=lesion, unsure=boxes & ~lesion)


def _drawn(rect: Rect, answer: Contour | Unchanged) -> Any:
    if isinstance(answer, Contour):
        return answer.polygon
    return None if answer is NOTHING_SEEN else rect


class _Networks:
    """The tightener's networks: of photographs that it was trained on, those that had not seen them.

    Without this, whatever is measured on such photographs would not hold elsewhere.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._whole = TightenNetwork.load(folder)
        self._fold_of: dict[str, int] = {}
        if self._whole is not None:
            folds = json.loads((folder / "card.json").read_bytes()).get("folds", ())
            self._fold_of = {key: number for number, keys in enumerate(folds) for key in keys}
        self._of_fold = cache(self._read_fold)

    def of(self, item: Item) -> TightenNetwork | None:
        """The network for one image; None: by contrast."""
        sha256 = item.sha256 or hashlib.sha256(item.path.read_bytes()).hexdigest()
        fold = self._fold_of.get(sha256[:KEY_LENGTH])
        return self._whole if fold is None else self._of_fold(fold)

    def _read_fold(self, number: int) -> TightenNetwork | None:
        path = self._folder / "folds" / f"{number}.onnx"
        if self._whole is None or not path.is_file():
            return self._whole
        return TightenNetwork(path.read_bytes(), threshold=self._whole.threshold)


def rectangles_part(settings: Settings, manifest: Manifest) -> dict[str, Any]:
    """The card's `rectangles` (how many of each class, what was made of them) and a sentence for its limits.

    Both empty where all lesions were outlined.
    """
    counts = manifest.rectangles()
    if not counts:
        return {"rectangles": None, "limits": []}
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    use = rectangle_use(settings)
    return {"rectangles": {"counts": counts, "use": use}, "limits": [_SENTENCES[use].format(told=told)]}


_SENTENCES: dict[RectangleUse, str] = {
    "tighten": (
        "Labels hold rectangles ({told}): in each, a contour found by the tightener was learned, and chosen "
        "thresholds on, as the lesion. The scores are against the rectangles as drawn, almost half of "
        "them healthy: they say less than, and lie below, scores against outlines."
    ),
    "fill": (
        "Labels hold rectangles ({told}), learned as drawn: findings come out too large, and the scores are "
        "against rectangles, not against outlines."
    ),
}
