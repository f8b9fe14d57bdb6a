"""The photographs of a report, with the lesions that the signed document lets stand laid over them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from annotations.models import FundusImage, LesionClass
from annotations.services.pictures import Layer, open_picture
from imaging.arrays import RgbImage
from imaging.masks import rasterize
from imaging.overlay import color_masks, lay_over, shrink_mask, with_rim
from imaging.shapes import Shape, shape_from_json
from imaging.store import encode_jpeg
from inference.models import Finding
from inference.services.prediction_pictures import style_of
from review.errors import SignedPartAltered
from review.selectors.judged import outlines_of
from review.services.canonical import sha256_of_document
from review.states import Verdict

JPEG_QUALITY = 88


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPicture:
    """A JPEG of the preview's size, and the colours of the classes in it, as `#2f9e44`."""

    jpeg: bytes
    colors: Mapping[str, str]


def pictures_of(document: Mapping[str, Any]) -> Iterator[ReportPicture]:
    """One for each image of a signed document. Raises SignedPartAltered."""
    images = FundusImage.objects.in_bulk([told["id"] for told in document["images"]])
    for told in document["images"]:
        image = images[told["id"]]
        if image.sha256 != told["sha256"]:
            raise SignedPartAltered(f"Image {image.pk} is not the photograph that was signed.")
        yield _with_lesions(image, _standing(told))


def _with_lesions(image: FundusImage, standing: Mapping[str, list[Shape]]) -> ReportPicture:
    picture = open_picture(image=image, layer=Layer.PREVIEW)
    with picture.file as file:
        rgb: RgbImage = np.asarray(Image.open(BytesIO(file.read())).convert("RGB"))
    height, width = rgb.shape[:2]
    masks = {
        code: shrink_mask(
            rasterize(shapes, height=image.height, width=image.width), longer_side=max(height, width)
        )
        for code, shapes in standing.items()
    }
    classes = LesionClass.objects.filter(project=image.project_id)
    styles = {one.code: style_of(code=one.code, color=one.color, pattern=one.pattern) for one in classes}
    styles |= {code: style_of(code=code, color="", pattern="") for code in masks if code not in styles}
    overlay = color_masks(masks, height=height, width=width, styles=styles)
    colors = {code: "#{:02x}{:02x}{:02x}".format(*styles[code].color) for code in masks}
    return ReportPicture(
        jpeg=encode_jpeg(lay_over(rgb, with_rim(overlay)), quality=JPEG_QUALITY), colors=colors
    )


def _standing(told: Mapping[str, Any]) -> dict[str, list[Shape]]:
    """Outlines by class of what was accepted, as edited, and of what was added."""
    shapes: dict[str, list[Shape]] = defaultdict(list)
    accepted = {one["id"]: one for one in told["findings"] if one["verdict"] == Verdict.ACCEPT}
    drawn = [one["edited"] for one in told["findings"] if "edited" in one]
    for finding, outline in outlines_of(list(Finding.objects.filter(pk__in=accepted))).items():
        if sha256_of_document(outline) != accepted[finding]["outline_sha256"]:
            raise SignedPartAltered(f"The outline of finding {finding} is not the one that was signed.")
        shapes[accepted[finding]["class"]].append(shape_from_json("polygon", outline))
    for region in (*drawn, *told["added"]):
        shapes[region["class"]].append(shape_from_json(region["shape"], region["geometry"]))
    return shapes
