"""The pictures of predictions: probability maps, coloured overlays and heat maps. OpenCV, no ONNX Runtime."""

import re
from typing import get_args

import cv2
import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from imaging.arrays import BoolMask, GrayImage
from imaging.overlay import (
    STYLES,
    Pattern,
    Style,
    color_heat,
    color_masks,
    encode_rgba,
    shrink_mask,
    with_rim,
)
from imaging.png import encode_grey
from inference.ml.metrics import threshold_level
from inference.models import Prediction

PREVIEW_SIDE_PX = 1600  # the longer side of every picture a browser gets: that of the photograph's preview
HEATMAP = "heatmap"
OTHER_STYLE = Style((156, 54, 181), "solid")
PATTERNS: dict[str, Pattern] = {pattern: pattern for pattern in get_args(Pattern)}


def preview_of(values: GrayImage) -> GrayImage:
    """A map uint8 (H, W) with at most PREVIEW_SIDE_PX on its longer side; shrinking averages."""
    height, width = values.shape
    scale = min(1.0, PREVIEW_SIDE_PX / max(height, width))
    if scale == 1.0:
        return values
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.uint8)


def preview_with_lesions(values: GrayImage, lesions: BoolMask, *, level: int) -> GrayImage:
    """`preview_of` a map, at or above `level` exactly where the lesions that were counted touch a pixel.

    Smoothing on the way to the stored size and back would lose faint lesions of a pixel or two.
    """
    preview = preview_of(values)
    touched = shrink_mask(lesions, longer_side=PREVIEW_SIDE_PX)
    return np.where(touched, np.maximum(preview, level), np.minimum(preview, level - 1)).astype(np.uint8)


def save_map(*, name: str, values: GrayImage) -> str:
    """Store a map under a name like the given one; returns the name it got."""
    return str(default_storage.save(name, ContentFile(encode_grey(values))))


def read_map(name: str) -> GrayImage:
    """A stored map, uint8 (H, W)."""
    with default_storage.open(name) as stored:
        decoded = cv2.imdecode(np.frombuffer(stored.read(), np.uint8), cv2.IMREAD_GRAYSCALE)
    if decoded is None:
        raise RuntimeError(f"stored map {name} can't be decoded")
    return np.asarray(decoded, np.uint8)


def overlay_png(prediction: Prediction, *, lesion_class: str, style: Style) -> bytes:
    """The lesions of one class as a coloured, patterned RGBA PNG, each with a light rim.

    Pixels at or above the card's threshold belong to a lesion. KeyError when there is no map.
    """
    values = read_map(prediction.maps[lesion_class])
    level = threshold_level(float(prediction.model.card["thresholds"][lesion_class]["value"]))
    height, width = values.shape
    masks = {lesion_class: values >= level}
    return encode_rgba(with_rim(color_masks(masks, height=height, width=width, styles={lesion_class: style})))


def style_of(*, code: str, color: str, pattern: str) -> Style:
    """How a project's lesion class looks in pictures: as it says, else the class's usual look."""
    usual = STYLES.get(code, OTHER_STYLE)
    known = re.fullmatch(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", color)
    red, green, blue = (int(part, 16) for part in known.groups()) if known else usual.color
    return Style((red, green, blue), PATTERNS.get(pattern, usual.pattern))


def heatmap_png(prediction: Prediction) -> bytes:
    """The class activation map in colours (RGBA PNG), clear where nothing spoke for DR. KeyError without."""
    return encode_rgba(color_heat(read_map(prediction.maps[HEATMAP]) / 255))


def map_png(prediction: Prediction, *, lesion_class: str) -> bytes:
    """The probability map of a class: 8-bit gray PNG, 255 is certain. KeyError when there is no map."""
    with default_storage.open(prediction.maps[lesion_class]) as stored:
        return bytes(stored.read())
