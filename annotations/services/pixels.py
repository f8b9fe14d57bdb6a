"""Decoded pixels of stored images, mapped from a local file so that a small part is read in milliseconds.

A photograph of 12 million pixels takes 0.2 s to decode. The first need of it writes its pixels to a folder of
this machine; all web processes and workers share that, and only the newest few images stay.
"""

import contextlib
import os
import tempfile
from pathlib import Path

import cv2
import numpy as np
from django.conf import settings

from annotations.models import FundusImage
from core.errors import NotFound
from core.storage import local_path
from imaging.arrays import RgbImage
from imaging.decode import decode_image

MOST_BYTES = 1_500_000_000  # kept; about 40 photographs of 12 million pixels


def stored_pixels(image: FundusImage) -> RgbImage:
    """A stored image as uint8 (H, W, 3), read-only and mapped. Raises NotFound when its file is gone."""
    path = _folder() / f"{image.sha256}.npy"
    with contextlib.suppress(OSError, ValueError, EOFError):
        mapped: RgbImage = np.load(path, mmap_mode="r")
        if mapped.shape == (image.height, image.width, 3) and mapped.dtype == np.uint8:
            os.utime(path)
            return mapped
    with local_path(image.file) as source:
        if not source.exists():
            raise NotFound(
                "The picture's file is missing from the storage.", remedy="Restore it from a backup."
            )
        rgb = _decoded(source)
    with contextlib.suppress(OSError):  # a full disk costs speed, nothing else
        _keep(path, rgb)
    return rgb


def _decoded(path: Path) -> RgbImage:
    """OpenCV decodes a large JPEG faster than Pillow; the files were checked on their way in."""
    bgr = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    return decode_image(path) if bgr is None else np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "cache" / "pixels"


def _keep(path: Path, rgb: RgbImage) -> None:
    """Write the pixels under a name of their own, then move them: nobody ever maps half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _make_room(path.parent, rgb.nbytes)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        try:
            np.save(part, rgb)
            part.flush()
            Path(part.name).replace(path)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise


def _make_room(folder: Path, needed: int) -> None:
    """Remove the pixels that were not needed for longest; a process that maps them keeps them."""
    files = []
    for file in folder.iterdir():
        with contextlib.suppress(OSError):
            status = file.stat()
            files.append((status.st_mtime, status.st_size, file))
    room = MOST_BYTES - needed - sum(size for _, size, _ in files)
    for _, size, file in sorted(files, key=lambda item: item[0]):
        if room >= 0:
            return
        file.unlink(missing_ok=True)
        room += size
