"""Tells whether a photograph from a folder is among those that a model learned from."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from annotations.services.data_in.near_duplicates import LOOKED_AT, small_copy
from annotations.services.files import sha256_of_file
from core.storage import local_path
from imaging.arrays import RgbImage
from imaging.decode import shrink
from imaging.errors import ImagingError
from imaging.fov import Fov, detect_fov
from imaging.near_duplicates import LEAST_LIKENESS, hash_number, likeness, nearest, perceptual_hash
from inference.models import DatasetItem

HASHED_SIDE_PX = 1024  # of the longer side: photographs are hashed alike at any size


class LearnedPhotographs:
    """What a model learned from: files, patients and what the photographs look like."""

    def __init__(self, learned: Sequence[DatasetItem]) -> None:
        self._files = {sha for item in learned for sha in (item.image.sha256, item.image.upload_sha256)}
        self._patients = {item.patient_code for item in learned}
        self._hashed = [item.image for item in learned if item.image.perceptual_hash]
        self._hashes = np.array([hash_number(image.perceptual_hash) for image in self._hashed], np.uint64)

    def reason(self, path: Path, *, patient: str) -> str:
        """Why a model is not to be judged on this file: photograph, patient or near_duplicate; "" if it is.

        A file that can't be read is new to it.
        """
        if sha256_of_file(path) in self._files:
            return "photograph"
        if patient in self._patients:
            return "patient"
        return "near_duplicate" if len(self._hashes) and self._looks_known(path) else ""

    def _looks_known(self, path: Path) -> bool:
        try:
            rgb = np.asarray(shrink(path, longer_side=HASHED_SIDE_PX), np.uint8)
            own = rgb, detect_fov(rgb)
        except (ImagingError, OSError):
            return False
        text = perceptual_hash(*own)
        near = nearest(hash_number(text), self._hashes)[:LOOKED_AT] if text else ()
        return any(self._is_same(own, int(index)) for index in near)

    def _is_same(self, own: tuple[RgbImage, Fov], index: int) -> bool:
        image = self._hashed[index]
        try:
            with local_path(image.file) as path:
                return likeness(own, small_copy(path, image.fov)) >= LEAST_LIKENESS
        except (ImagingError, OSError):
            return False
