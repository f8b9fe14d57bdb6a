"""A segmenter's probability map as a second opinion on what in a rectangle is lesion. No torch.

How much it counts depends on how well its model did on test images, by the lower end of the interval of its
Dice on the card. Maps of models with a Dice up to 0.72 made contours worse, so they count for nothing;
tightener/README.md tells the measurement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.arrays import GrayImage

FLOOR_DICE, SURE_DICE = 0.7, 0.85  # of the interval's lower end: no weight, and all of it
MOST_WEIGHT = 0.3  # a better map could bear more; a wrong one does little harm with this
CLEAREST = 0.003  # no probability says more than this, or than one minus this
FAINT_SHARE = 0.5  # of the map's highest value in a rectangle: lesion, where the whole of it is faint

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelMap:
    """One class's map uint8 (h, w) of a whole image at any size; 255 is certain.

    `level`: the probability from which the model calls a pixel lesion. `weight`: 0 to 1, of its log odds.
    """

    values: GrayImage
    level: float
    weight: float


def map_weight(card: Mapping[str, Any], lesion_class: str) -> float:
    """The weight that a model's test scores earn for its maps of a class; 0 where there are none."""
    test = (card.get("metrics") or {}).get("test") or {}
    dice = ((test.get("classes") or {}).get(lesion_class) or {}).get("dice") or {}
    low = dice.get("low")
    if not isinstance(low, int | float):
        return 0.0
    share = (low - FLOOR_DICE) / (SURE_DICE - FLOOR_DICE)
    return MOST_WEIGHT * min(max(float(share), 0.0), 1.0)


def with_map(
    values: Floats, box: tuple[int, int, int, int], *, size: tuple[int, int], model_map: ModelMap
) -> Floats:
    """The network's probabilities at a box's pixels with the map's log odds added.

    `size`: height and width of the image. Those of the map count from its own level, or from half its highest
    value in the box where it stays below: that there is a lesion in the rectangle is known.
    """
    seen = _in_box(model_map.values, box, size=size)
    level = min(model_map.level, FAINT_SHARE * float(seen.max()) + 0.001)
    odds = _log_odds(values) + model_map.weight * (_log_odds(seen) - _log_odds(np.float32(level)))
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32)


def _in_box(values: GrayImage, box: tuple[int, int, int, int], *, size: tuple[int, int]) -> Floats:
    """A map's probabilities at the stored pixels of a box."""
    left, top, right, bottom = box
    x = (np.arange(left, right) + 0.5) * values.shape[1] / size[1] - 0.5
    y = (np.arange(top, bottom) + 0.5) * values.shape[0] / size[0] - 0.5
    grid_x, grid_y = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
    found = cv2.remap(values, grid_x, grid_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found / np.float32(255), np.float32)


def _log_odds(probability: Floats | np.float32) -> Floats:
    clipped = np.clip(probability, CLEAREST, 1 - CLEAREST)
    return np.asarray(np.log(clipped / (1 - clipped)), np.float32)
