"""Finds the images of a project that are the same photograph as a new one, saved otherwise."""

from pathlib import Path

import numpy as np

from annotations.models import FundusImage, Project
from annotations.services.data_in.image_rows import Picture
from core.storage import local_path
from imaging.arrays import RgbImage
from imaging.decode import shrink
from imaging.errors import ImagingError
from imaging.fov import Fov
from imaging.near_duplicates import LEAST_LIKENESS, hash_number, likeness, nearest

LOOKED_AT = 5  # of the nearest hashes: more would slow an import of many alike pictures
SMALL_SIDE_PX = 512


class NearDuplicates:
    """The hashes of a project's images, kept in memory; new ones are added as they come."""

    def __init__(self, project: Project) -> None:
        self._project = project
        rows = FundusImage.objects.filter(project=project).exclude(perceptual_hash="").order_by("pk")
        found = list(rows.values_list("upload_sha256", "perceptual_hash"))
        self._keys = [key for key, _ in found]
        self._hashes = np.empty(max(1_024, 2 * len(found)), np.uint64)
        self._hashes[: len(found)] = [hash_number(text) for _, text in found]
        self._new: dict[str, Picture] = {}

    def find(self, picture: Picture) -> str | None:
        """The `upload_sha256` of the image that shows the same photograph, the first one there was."""
        if not picture.taken.perceptual_hash:
            return None
        near = nearest(hash_number(picture.taken.perceptual_hash), self._hashes[: len(self._keys)])
        if not len(near):
            return None
        own = _small_of(picture)
        same = [key for key in map(self._keys.__getitem__, near[:LOOKED_AT]) if self._is_same(own, key)]
        return min(same, key=self._keys.index) if same else None

    def add(self, picture: Picture) -> None:
        """Keep a new picture's hash for those that come after it."""
        if not picture.taken.perceptual_hash:
            return
        if len(self._keys) == len(self._hashes):
            self._hashes = np.concatenate([self._hashes, np.empty_like(self._hashes)])
        self._hashes[len(self._keys)] = hash_number(picture.taken.perceptual_hash)
        self._keys.append(picture.upload_sha256)
        self._new[picture.upload_sha256] = picture

    def _is_same(self, own: tuple[RgbImage, Fov] | None, key: str) -> bool:
        new = self._new.get(key)
        if new is not None:
            other = _small_of(new)
        else:
            row = FundusImage.objects.filter(project=self._project, upload_sha256=key).first()
            other = _small(row.file, row.fov) if row else None
        return own is not None and other is not None and likeness(own, other) >= LEAST_LIKENESS


def keep_small(clean_copy: Path) -> None:
    """Make a clean copy as small as it need be to be compared."""
    shrink(clean_copy, longer_side=SMALL_SIDE_PX).save(clean_copy, "JPEG", quality=90)


def _small_of(picture: Picture) -> tuple[RgbImage, Fov] | None:
    if picture.small is None:
        return _small(picture.file, picture.taken.fov)
    return small_copy(picture.small, picture.taken.fov)


def _small(file: str, fov: dict[str, object]) -> tuple[RgbImage, Fov] | None:
    """A small copy of a stored picture and its FOV in it; None when the file is gone."""
    try:
        with local_path(file) as path:  # where files are kept elsewhere, this fetches it
            return small_copy(path, fov)
    except (ImagingError, OSError):
        return None


def small_copy(path: Path, fov: dict[str, object]) -> tuple[RgbImage, Fov]:
    """A picture and its FOV, small, as `likeness` takes them. Raises UnreadableImage, OSError."""
    rgb = np.asarray(shrink(path, longer_side=SMALL_SIDE_PX), np.uint8)
    return rgb, Fov.from_json(fov).scaled_to(width=rgb.shape[1], height=rgb.shape[0])
