"""Turns rectangles drawn around lesions into the lesions' contours. ONNX Runtime and OpenCV, no torch.

The network says for every pixel of a rectangle whether it is lesion; the largest connected part becomes one
polygon in the convention of label polygons, which never leaves the rectangle. Where no network is there, the
contrast with the surroundings decides.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from imaging.arrays import BoolMask, RgbImage
from imaging.outlines import polygon_of_part
from imaging.shapes import Polygon, Rect
from inference.ml.tighten_contrast import contrast_map
from inference.ml.tighten_crops import CANVAS_PX, CLASSES, Window, network_input, whole_box, window_of
from inference.ml.tighten_map import ModelMap, with_map

FOLDER = Path(__file__).resolve().parent / "tightener"
BATCH = 32
SMALLEST_SIDE_PX = 3
CONTRAST_THRESHOLD = 0.5
FAINTEST = 0.2  # a rectangle whose best pixel is less likely lesion than this stays as it is
SMALLEST_SHARE, ENOUGH_PX = 0.04, 300  # a contour covers this share of its rectangle, or so many pixels
SMALL_HOLE_SHARE = 0.02  # of the lesion: holes below are filled

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contour:
    """A lesion's contour; `confidence` is the mean probability of its pixels."""

    polygon: Polygon
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """Why a rectangle stays as it is: a stable code and a sentence."""

    code: str
    reason: str


TOO_SMALL = Unchanged(code="too_small", reason="It is too small to tighten.")
OUTSIDE = Unchanged(code="outside", reason="It lies outside the image.")
NOTHING_SEEN = Unchanged(code="nothing_seen", reason="Nothing in it stands out from its surroundings.")


class TightenNetwork:
    """The network of a folder with model.onnx and card.json."""

    def __init__(self, onnx: bytes, *, threshold: float, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
        self.threshold = threshold

    @classmethod
    def load(cls, folder: Path = FOLDER, *, threads: int = 1) -> "TightenNetwork | None":
        """The network of a folder, or None where there is none."""
        try:
            card: dict[str, Any] = json.loads((folder / "card.json").read_bytes())
            onnx = (folder / "model.onnx").read_bytes()
        except FileNotFoundError:
            return None
        return cls(onnx, threshold=float(card["threshold"]), threads=threads)

    def run(self, pictures: Floats, facts: Floats) -> Floats:
        """Probabilities float32 (N, H, W) of pictures (N, 4, H, W) and facts (N, FACTS)."""
        (logits,) = self._session.run(None, {"picture": pictures, "facts": facts})
        return np.asarray(1 / (1 + np.exp(-np.clip(logits[:, 0], -30, 30))), np.float32)


def tighten(
    rgb: RgbImage,
    rectangles: Sequence[tuple[Rect, str]],
    network: TightenNetwork | None,
    *,
    maps: Mapping[str, ModelMap] | None = None,
) -> list[Contour | Unchanged]:
    """A contour for every rectangle (with its class code) of a stored image, or why there is none.

    `maps`: by class code, a segmenter's, which the network's own opinion is joined with.
    """
    height, width = rgb.shape[:2]
    results: list[Contour | Unchanged] = [OUTSIDE] * len(rectangles)
    usable: list[tuple[int, tuple[int, int, int, int], str]] = []
    for number, (rect, lesion_class) in enumerate(rectangles):
        left, top, right, bottom = whole_box(rect)
        box = max(0, left), max(0, top), min(width, right), min(height, bottom)
        if box[2] <= box[0] or box[3] <= box[1]:
            continue
        if min(box[2] - box[0], box[3] - box[1]) < SMALLEST_SIDE_PX:
            results[number] = TOO_SMALL
        else:
            usable.append((number, box, lesion_class))
    of = {number: (box, lesion_class) for number, box, lesion_class in usable}
    for number, values in box_maps(rgb, usable, network):
        box, lesion_class = of[number]
        if network and maps and lesion_class in maps:
            values = with_map(values, box, size=(height, width), model_map=maps[lesion_class])
        threshold = network.threshold if network and lesion_class in CLASSES else CONTRAST_THRESHOLD
        results[number] = contour_of(values, box, threshold=threshold)
    return results


def box_maps(
    rgb: RgbImage,
    boxes: Sequence[tuple[int, tuple[int, int, int, int], str]],
    network: TightenNetwork | None,
) -> Iterator[tuple[int, Floats]]:
    """(number, probability at the stored pixels of the box) of numbered boxes, in no particular order."""
    waiting: list[tuple[int, Window, Floats, Floats]] = []
    for number, box, lesion_class in boxes:
        window = window_of(box)
        seen, inside = window.sample(rgb), window.inside()
        if network is None or lesion_class not in CLASSES:
            yield number, window.to_box(contrast_map(seen, inside, lesion_class=lesion_class))
            continue
        longer = max(box[2] - box[0], box[3] - box[1])
        one = (number, window, *network_input(seen, inside, lesion_class=lesion_class, longer_px=longer))
        if (window.height, window.width) == (CANVAS_PX, CANVAS_PX):
            waiting.append(one)
        else:
            yield from _run(network, [one])
        if len(waiting) == BATCH:
            yield from _run(network, waiting)
            waiting = []
    if waiting and network is not None:
        yield from _run(network, waiting)


def _run(
    network: TightenNetwork, ready: list[tuple[int, Window, Floats, Floats]]
) -> Iterator[tuple[int, Floats]]:
    said = network.run(np.stack([one[2] for one in ready]), np.stack([one[3] for one in ready]))
    for (number, window, _, _), canvas in zip(ready, said, strict=True):
        yield number, window.to_box(canvas)


def lesion_in(values: Floats, *, threshold: float) -> BoolMask | None:
    """The largest connected part at or above a threshold, small holes filled; None when there is none."""
    if float(values.max()) < FAINTEST:
        return None
    mask = values >= min(threshold, 0.8 * float(values.max()))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    if count > 2:
        mask = np.asarray(labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()), np.bool_)
    area = int(mask.sum())
    if area < min(SMALLEST_SHARE * mask.size, ENOUGH_PX):
        return None
    return _filled(mask, smallest_px=SMALL_HOLE_SHARE * area)


def _filled(mask: BoolMask, *, smallest_px: float) -> BoolMask:
    """The mask without holes smaller than a number of pixels."""
    outside = np.pad(~mask, 1, constant_values=True).view(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(outside, connectivity=4)
    small = np.flatnonzero(stats[:count, cv2.CC_STAT_AREA] < smallest_px)
    if not len(small):
        return mask
    return mask | np.isin(labels, small[small > 0])[1:-1, 1:-1]


def contour_of(values: Floats, box: tuple[int, int, int, int], *, threshold: float) -> Contour | Unchanged:
    """The contour of the lesion in a box's map."""
    mask = lesion_in(values, threshold=threshold)
    if mask is None:
        return NOTHING_SEEN
    return Contour(
        polygon=polygon_of_part(mask, left=box[0], top=box[1]),
        confidence=float(values[mask].mean()),
    )
