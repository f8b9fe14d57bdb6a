"""What becomes of text in the corners of pictures: an administrator blanks it, or says that it may stay."""

from collections.abc import Collection
from typing import Any

import cv2
import numpy as np
from django.db import transaction

from accounts.models import User
from annotations.models import FundusImage
from annotations.services.pixels import stored_pixels
from annotations.states import BurnedText
from core.services import audit
from imaging.arrays import RgbImage
from imaging.burned_text import boxes_of
from imaging.store import encode_jpeg

CROP_WIDTH_PX = 640
GAP_PX = 8


@transaction.atomic
def decide_burned_text(*, images: Collection[int], state: BurnedText, by: User) -> int:
    """Blank the text of pictures, or let it stay; gives how many changed. What has no text is left alone.

    The stored file stays as it is, and so do all coordinates: the pictures shown and exported change.
    """
    rows = FundusImage.objects.select_for_update(of=("self",)).filter(pk__in=images)
    changed = [row for row in rows.exclude(burned_text={}) if row.burned_text.get("state") != state]
    for row in changed:
        row.burned_text = {**row.burned_text, "state": str(state)}
    FundusImage.objects.bulk_update(changed, ["burned_text"], batch_size=200)
    if changed:
        audit.record(
            actor=by,
            action="images.burned_text",
            obj=changed[0].project,
            after={"state": str(state), "images": [row.pk for row in changed]},
        )
    return len(changed)


def draw_burned_text(image: FundusImage) -> bytes:
    """A JPEG of what stands in the boxes, one below the other, to decide by."""
    pixels = stored_pixels(image)
    boxes = boxes_of(image.burned_text)
    crops = [_readable(pixels[y : y + height, x : x + width]) for x, y, width, height in boxes]
    if not crops:
        crops = [np.zeros((GAP_PX, GAP_PX, 3), np.uint8)]
    shown = np.full(
        (sum(len(crop) + GAP_PX for crop in crops), max(crop.shape[1] for crop in crops), 3), 40, np.uint8
    )
    top = 0
    for crop in crops:
        shown[top : top + len(crop), : crop.shape[1]] = crop
        top += len(crop) + GAP_PX
    return encode_jpeg(shown)


def _readable(crop: Any) -> RgbImage:
    """At most as wide as the page's column; small writing is enlarged."""
    height, width = crop.shape[:2]
    scale = min(CROP_WIDTH_PX / max(1, width), 3.0)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(np.asarray(crop), size, interpolation=how), np.uint8)
