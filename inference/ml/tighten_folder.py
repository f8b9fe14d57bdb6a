"""Reading a folder of photographs and true masks, and its division into folds, for the tightener."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imaging.arrays import BoolMask, RgbImage
from imaging.mask_codec import decode_mask
from inference.ml.data import read_rgb
from inference.ml.errors import UnusableData
from inference.ml.tighten_crops import CLASSES

ENDINGS = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp")
SHUFFLE = 7  # the seed that deals images to folds


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPhoto:
    """One photograph of the folder; its masks are read when asked for."""

    path: Path
    masks: Path

    @property
    def key(self) -> str:
        """What tells photographs apart, whatever they are called: the start of the file's SHA-256."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()[:16]

    def read(self) -> tuple[RgbImage, dict[str, BoolMask]]:
        """The picture and the true mask of each class that is there."""
        found = {code: self.masks / f"{self.path.stem}_{code}.png" for code in CLASSES}
        masks = {code: decode_mask(path.read_bytes()) for code, path in found.items() if path.is_file()}
        rgb = read_rgb(self.path)
        for code, mask in masks.items():
            if mask.shape != rgb.shape[:2]:
                raise UnusableData(
                    "wrong_size",
                    f"{self.path.stem}_{code}.png is {mask.shape[1]}x{mask.shape[0]}, unlike its image",
                    remedy="Masks must have the size of their images.",
                )
        return rgb, masks


def photos_of(folder: Path) -> list[LabelledPhoto]:
    """Photographs of `images/` with masks in `masks/`, by name. Raises UnusableData when there is none."""
    images, masks = folder / "images", folder / "masks"
    paths = sorted(images.iterdir()) if images.is_dir() else []
    photos = [
        LabelledPhoto(path=path, masks=masks)
        for path in paths
        if path.suffix.lower() in ENDINGS
        and any((masks / f"{path.stem}_{code}.png").is_file() for code in CLASSES)
    ]
    if not photos:
        raise UnusableData(
            "no_masks",
            f"{folder}: no image with masks",
            remedy="Give a folder with images/NAME.jpg and masks/NAME_HE.png, NAME_EX.png and so on.",
        )
    return photos


def folds_of(photos: list[LabelledPhoto], count: int) -> list[list[LabelledPhoto]]:
    """The photographs dealt to folds, always the same way; no photograph is in two."""
    order = np.random.default_rng(SHUFFLE).permutation(len(photos)).tolist()
    return [[photos[number] for number in order[fold::count]] for fold in range(count)]


def others(folds: list[list[LabelledPhoto]], fold: int) -> Iterator[LabelledPhoto]:
    """The photographs of all folds but one."""
    return (photo for number, part in enumerate(folds) if number != fold for photo in part)
