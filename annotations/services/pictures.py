"""Pictures of an image and of its labels. Derived ones are drawn when first asked for, then kept.

Everything but the original is black outside the field of view: cameras write names and numbers there. Text
that was found there and is to be blanked is gone from the original as well; whatever shows or exports an
image comes through here.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, get_args

import numpy as np
from django.core.files.storage import default_storage
from numpy.typing import NDArray

from annotations.models import FundusImage, LabelSet, LesionClass
from annotations.selectors import regions_of
from annotations.services.files import sha256_of_bytes, store_bytes
from annotations.services.pixels import stored_pixels
from annotations.states import BurnedText
from core.errors import NotFound
from core.storage import local_path
from imaging.arrays import RgbImage
from imaging.burned_text import blank_boxes, boxes_of
from imaging.decode import shrink
from imaging.filters import clahe, red_free
from imaging.fov import Fov, blank_outside, whole_frame
from imaging.masks import rasterize
from imaging.overlay import Pattern, Style, color_masks, encode_rgba, shrink_mask
from imaging.shapes import Shape, shape_from_json
from imaging.store import encode_jpeg, encode_png


class Layer(StrEnum):
    """What of an image can be shown."""

    ORIGINAL = "original"
    BLANKED = "blanked"
    PREVIEW = "preview"
    THUMBNAIL = "thumbnail"
    RED_FREE = "red_free"
    CLAHE = "clahe"


LONGER_SIDE_PX = {Layer.PREVIEW: 1600, Layer.THUMBNAIL: 320}
JPEG_QUALITY = {
    Layer.BLANKED: 95,
    Layer.PREVIEW: 90,
    Layer.THUMBNAIL: 82,
    Layer.RED_FREE: 92,
    Layer.CLAHE: 92,
}
FILTERS: dict[Layer, Callable[[RgbImage, Fov], NDArray[np.uint8]]] = {
    Layer.BLANKED: blank_outside,
    Layer.RED_FREE: red_free,
    Layer.CLAHE: clahe,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFile:
    """An open stored picture, its media type and a tag that changes with its bytes."""

    file: IO[bytes]
    media_type: str
    tag: str


def open_picture(*, image: FundusImage, layer: Layer) -> PictureFile:
    """Open one layer of an image, drawing it first when it was never asked for.

    Raises NotFound when the stored file is gone.
    """
    tag = f"{image.sha256[:32]}-{layer}"
    if layer == Layer.ORIGINAL and image.burned_text.get("state") == BurnedText.BLANKED:
        return _without_text(image)
    if layer == Layer.ORIGINAL:
        return PictureFile(file=_opened(image.file), media_type=image.content_type, tag=tag)
    name = f"derived/{image.sha256[:2]}/{image.sha256}/{layer}.jpg"
    if not default_storage.exists(name):
        store_bytes(name, _drawn(image, layer))
    return PictureFile(file=_opened(name), media_type="image/jpeg", tag=tag)


def _without_text(image: FundusImage) -> PictureFile:
    """The image with the text in its corners blanked, of the same size and otherwise the same values."""
    boxes = boxes_of(image.burned_text)
    version = sha256_of_bytes(repr(boxes).encode())[:12]
    name = f"derived/{image.sha256[:2]}/{image.sha256}/without_text-{version}.png"
    if not default_storage.exists(name):
        store_bytes(name, encode_png(blank_boxes(np.asarray(stored_pixels(image)), boxes)))
    tag = f"{image.sha256[:32]}-without_text-{version}"
    return PictureFile(file=_opened(name), media_type="image/png", tag=tag)


def draw_label_preview(label_set: LabelSet) -> bytes:
    """The label set's regions as a transparent PNG of the preview's size: a colour and pattern per class."""
    image = label_set.image
    side = LONGER_SIDE_PX[Layer.PREVIEW]
    shapes: dict[str, list[Shape]] = defaultdict(list)
    for region in regions_of(label_set):
        shapes[region.lesion_class.code].append(shape_from_json(region.shape, region.geometry))
    classes = LesionClass.objects.filter(project=image.project_id, code__in=shapes)
    masks = {
        code: shrink_mask(rasterize(drawn, height=image.height, width=image.width), longer_side=side)
        for code, drawn in shapes.items()
    }
    width, height = preview_size(image)
    return encode_rgba(
        color_masks(masks, height=height, width=width, styles={one.code: _style(one) for one in classes})
    )


def preview_size(image: FundusImage) -> tuple[int, int]:
    """Width and height of the preview in pixels."""
    scale = min(1.0, LONGER_SIDE_PX[Layer.PREVIEW] / max(image.width, image.height))
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))


def _drawn(image: FundusImage, layer: Layer) -> bytes:
    if layer in FILTERS:
        rgb = np.asarray(stored_pixels(image))
    else:
        with local_path(image.file) as path:
            if not path.exists():
                raise _gone()
            rgb = np.asarray(shrink(path, longer_side=LONGER_SIDE_PX[layer]), np.uint8)
    height, width = rgb.shape[:2]
    if image.fov:
        rgb = FILTERS.get(layer, blank_outside)(
            rgb, Fov.from_json(image.fov).scaled_to(width=width, height=height)
        )
    elif layer in FILTERS:
        rgb = FILTERS[layer](rgb, whole_frame(width=width, height=height))
    return encode_jpeg(rgb, quality=JPEG_QUALITY[layer])


def _style(lesion_class: LesionClass) -> Style:
    value = int(lesion_class.color.lstrip("#"), 16)
    known: dict[str, Pattern] = {name: name for name in get_args(Pattern)}
    pattern = known.get(lesion_class.pattern, "solid")
    return Style((value >> 16 & 255, value >> 8 & 255, value & 255), pattern)


def _opened(name: str) -> IO[bytes]:
    try:
        opened: IO[bytes] = default_storage.open(name)
    except FileNotFoundError as error:
        raise _gone() from error
    return opened


def _gone() -> NotFound:
    return NotFound("The picture's file is missing from the storage.", remedy="Restore it from a backup.")
