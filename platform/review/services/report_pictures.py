"""The photographs of a report, with the lesions that the reviewer let stand laid over them."""

from collections import defaultdict
from io import BytesIO

import numpy as np
from PIL import Image

from annotations.models import LesionClass
from annotations.services.pictures import Layer, open_picture
from imaging.arrays import RgbImage
from imaging.masks import rasterize
from imaging.overlay import color_masks, lay_over, shrink_mask
from imaging.shapes import Shape, shape_from_json
from imaging.store import encode_jpeg
from inference.services.prediction_pictures import style_of
from review.selectors.judged import JudgedImage
from review.states import Verdict

JPEG_QUALITY = 88


def picture_with_lesions(judged: JudgedImage) -> bytes:
    """JPEG of the preview's size; `judged` comes with the outlines of its findings."""
    picture = open_picture(image=judged.image, layer=Layer.PREVIEW)
    with picture.file as file:
        rgb: RgbImage = np.asarray(Image.open(BytesIO(file.read())).convert("RGB"))
    height, width = rgb.shape[:2]
    masks = {
        code: shrink_mask(
            rasterize(shapes, height=judged.image.height, width=judged.image.width),
            longer_side=max(height, width),
        )
        for code, shapes in _standing(judged).items()
    }
    classes = LesionClass.objects.filter(project=judged.image.project_id)
    styles = {one.code: style_of(code=one.code, color=one.color, pattern=one.pattern) for one in classes}
    styles |= {code: style_of(code=code, color="", pattern="") for code in masks if code not in styles}
    overlay = color_masks(masks, height=height, width=width, styles=styles)
    return encode_jpeg(lay_over(rgb, overlay), quality=JPEG_QUALITY)


def _standing(judged: JudgedImage) -> dict[str, list[Shape]]:
    """Outlines by class of what was accepted, as edited, and of what was added."""
    shapes: dict[str, list[Shape]] = defaultdict(list)
    for one in judged.findings:
        if one.verdict == Verdict.EDIT and one.drawn is not None:
            shapes[one.lesion_class].append(shape_from_json(one.drawn.shape, one.drawn.geometry))
        elif one.verdict == Verdict.ACCEPT:
            shapes[one.lesion_class].append(shape_from_json("polygon", one.finding.polygon))
    for region in judged.added:
        shapes[region.lesion_class.code].append(shape_from_json(region.shape, region.geometry))
    return shapes
