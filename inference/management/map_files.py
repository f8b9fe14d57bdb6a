"""Probability maps in a folder, as `python -m inference.ml predict` writes them, for measuring with them."""

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from inference.ml.tighten_map import ModelMap, map_weight
from inference.services.prediction_pictures import preview_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MapFile:
    """A map's file, its model's threshold and the weight that it gets."""

    path: Path
    level: float
    weight: float

    def read(self) -> ModelMap:
        """The map at the size at which predictions are stored."""
        values = cv2.imdecode(np.fromfile(self.path, np.uint8), cv2.IMREAD_GRAYSCALE)
        if values is None:
            raise ValueError(f"{self.path} is no picture")
        return ModelMap(values=preview_of(np.asarray(values, np.uint8)), level=self.level, weight=self.weight)


def maps_in(folder: Path, *, weight: float | None = None) -> dict[str, dict[str, MapFile]]:
    """Image stem -> class code -> map, of all folders below (and itself) that have a model's card.json.

    `weight` is used in place of those that the cards earn.
    """
    found: dict[str, dict[str, MapFile]] = {}
    for card_file in sorted(folder.rglob("card.json")):
        card = json.loads(card_file.read_bytes())
        for code, threshold in card["thresholds"].items():
            earned = map_weight(card, code) if weight is None else weight
            for path in sorted(card_file.parent.glob(f"*_{code}.png")):
                one = MapFile(path=path, level=float(threshold["value"]), weight=earned)
                found.setdefault(path.stem.removesuffix(f"_{code}"), {})[code] = one
    return found
