"""The pictures of predictions: probability maps, coloured overlays and heat maps. OpenCV, no ONNX Runtime."""

from collections.abc import Callable
from pathlib import PurePosixPath

import cv2
import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from numpy.typing import NDArray

from imaging.arrays import GrayImage, RgbaImage
from inference.ml.png import encode_grey
from inference.models import Prediction

PREVIEW_SIDE_PX = (
    1600  # the longer side of every picture a browser gets; overlays never exceed the base image
)
HEATMAP = "heatmap"
OVERLAY_ALPHA = 190
_PNG = [cv2.IMWRITE_PNG_COMPRESSION, 3]


def preview_of(values: GrayImage) -> GrayImage:
    """A map uint8 (H, W) with at most PREVIEW_SIDE_PX on its longer side; shrinking averages."""
    height, width = values.shape
    scale = min(1.0, PREVIEW_SIDE_PX / max(height, width))
    if scale == 1.0:
        return values
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.uint8)


def encode(picture: NDArray[np.uint8]) -> bytes:
    """PNG of a gray (H, W) or RGBA (H, W, 4) picture, uint8."""
    if picture.ndim == 2:
        return encode_grey(picture)
    done, encoded = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGBA2BGRA), _PNG)
    if not done:
        raise RuntimeError(f"a picture of shape {picture.shape} could not be encoded")
    return encoded.tobytes()


def save_picture(*, name: str, picture: NDArray[np.uint8]) -> str:
    """Store a picture under a name like the given one; returns the name it got."""
    return str(default_storage.save(name, ContentFile(encode(picture))))


def read_map(name: str) -> GrayImage:
    """A stored map, uint8 (H, W)."""
    with default_storage.open(name) as stored:
        decoded = cv2.imdecode(np.frombuffer(stored.read(), np.uint8), cv2.IMREAD_GRAYSCALE)
    if decoded is None:
        raise RuntimeError(f"stored map {name} can't be decoded")
    return np.asarray(decoded, np.uint8)


def overlay_png(prediction: Prediction, *, lesion_class: str, color: str) -> bytes:
    """The lesions of one class as a coloured RGBA PNG, drawn once and then kept beside the map.

    Pixels at or above the card's threshold are filled, their edge is opaque. KeyError when there is no map.
    """
    name = prediction.maps[lesion_class]
    level = threshold_level(prediction, lesion_class)
    kept = f"{PurePosixPath(name).with_suffix('')}.overlay-{level}-{color.lstrip('#')}.png"
    return _kept_or(kept, lambda: _overlay(read_map(name), level=level, color=color))


def heatmap_png(prediction: Prediction) -> bytes:
    """The class activation map in colours (RGBA PNG), clear where nothing spoke for DR. KeyError without."""
    name = prediction.maps[HEATMAP]
    kept = f"{PurePosixPath(name).with_suffix('')}.coloured.png"
    return _kept_or(kept, lambda: _coloured_heat(read_map(name)))


def map_png(prediction: Prediction, *, lesion_class: str) -> bytes:
    """The probability map of a class: 8-bit gray PNG, 255 is certain. KeyError when there is no map."""
    with default_storage.open(prediction.maps[lesion_class]) as stored:
        return bytes(stored.read())


def threshold_level(prediction: Prediction, lesion_class: str) -> int:
    """The 8-bit level at and above which the model's card calls a pixel lesion, 1 to 255."""
    value = prediction.model.card["thresholds"][lesion_class]["value"]
    return max(1, min(255, round(float(value) * 255)))


def _kept_or(name: str, draw: Callable[[], RgbaImage]) -> bytes:
    if default_storage.exists(name):
        with default_storage.open(name) as stored:
            return bytes(stored.read())
    content = encode(draw())
    default_storage.save(name, ContentFile(content))
    return content


def _overlay(values: GrayImage, *, level: int, color: str) -> RgbaImage:
    mask = (values >= level).view(np.uint8)
    inner = cv2.erode(mask, np.ones((3, 3), np.uint8), borderValue=0)
    picture = np.zeros((*values.shape, 4), np.uint8)
    picture[mask > 0, :3] = [int(color.lstrip("#")[start : start + 2], 16) for start in (0, 2, 4)]
    picture[..., 3] = np.where(inner > 0, OVERLAY_ALPHA, mask * np.uint8(255))
    return picture


def _coloured_heat(values: GrayImage) -> RgbaImage:
    colours = cv2.cvtColor(cv2.applyColorMap(values, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    return np.dstack([colours, values])
