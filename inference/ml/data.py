"""Images and masks as the networks see them: the field of view in a square, prepared once, kept in memory."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.arrays import BoolMask, GrayImage, RgbImage
from imaging.decode import decode_image, read_header
from imaging.errors import ImagingError, NoFieldOfView
from imaging.fov import Fov, detect_fov, whole_frame
from imaging.frame import Frame, square_frame
from imaging.mask_codec import decode_mask
from inference.ml.checkpoints import write_durably
from inference.ml.errors import UnusableData
from inference.ml.manifest import Item

PREPARED_VERSION = 3
HALF = 128  # coverage from which a pixel counts as lesion
BroughtT = TypeVar("BroughtT")
JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Some items in one square grid.

    `images`: uint8 (N, S, S, 3), red first, black outside the FOV. `inside`: bool (N, S, S).
    `masks`: bool (N, S, S, C). `coverage`: where it was asked for, the share of each pixel that the stored
    mask covers, uint8 (N, S, S, C), 255 for all. `known`: bool (N, C), False where nobody looked for that
    class.
    `unsure`: where lesions were outlined in rectangles, the share of each pixel that is neither lesion nor
    background, uint8 like `coverage`; `coverage` then is of the outlines, `masks` of the labels as they are.
    `lesions`: for a network that also reads a segmenter's findings, its numbers float32 (N, F).
    `labels`: float32 (N,), any DR, and `referable`: NaN where it is not known.
    """

    images: NDArray[np.uint8]
    inside: NDArray[np.bool_]
    masks: NDArray[np.bool_]
    known: NDArray[np.bool_]
    labels: NDArray[np.float32]
    referable: NDArray[np.float32]
    coverage: NDArray[np.uint8] | None = None
    lesions: NDArray[np.float32] | None = None
    unsure: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        return len(self.images)

    def rows(self, chosen: Sequence[int]) -> "Prepared":
        """These images only, copied."""
        arrays: dict[str, Any] = {item.name: getattr(self, item.name) for item in fields(self)}
        return replace(self, **{name: a[list(chosen)] for name, a in arrays.items() if a is not None})

    def outlined(self) -> "Prepared":
        """The same with `masks` of the outlined lesions instead of the labels' rectangles."""
        if self.coverage is None or self.unsure is None:
            return self
        return replace(self, masks=self.coverage >= HALF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlined:
    """What of a stored mask is lesion and what may be: bool (H, W) each, never both."""

    lesion: BoolMask
    unsure: BoolMask


Outline = Callable[[Item, RgbImage, str, BoolMask], Outlined]


def read_rgb(path: Path) -> RgbImage:
    """Decode a stored image: uint8 (H, W, 3), red first, EXIF orientation applied.

    OpenCV decodes a 4288x2848 JPEG several times faster than Pillow. It is meant for images that were checked
    on their way in; a file that is no image or that ends early is refused all the same.
    Raises UnusableData("missing_file" or "unreadable_image").
    """
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise UnusableData(
            "missing_file", f"{path}: {problem.strerror}", remedy="Import the image again."
        ) from problem
    cut = content.startswith(JPEG_START) and JPEG_END not in content[-64:]
    decoded = None if cut else _decoded(content)
    if decoded is None:
        raise UnusableData(
            "unreadable_image",
            f"{path}: {'the file ends early' if cut else 'not an image that can be decoded'}",
            remedy="Export the photograph from the camera again and import it anew.",
        )
    return decoded


def read_unchecked_rgb(path: Path) -> RgbImage:
    """Decode a file that no import has checked: uint8 (H, W, 3), as an import would store it.

    Size limits are checked on the header. Raises UnusableData: missing_file, and the codes of imaging.decode.
    """
    try:
        header = read_header(path)
        if header.format == "JPEG" and header.mode == "RGB":
            with suppress(UnusableData):  # a few bytes behind the picture; if it is cut, Pillow says so
                return read_rgb(path)
        return decode_image(path)
    except OSError as problem:
        raise UnusableData(
            "missing_file", f"{path}: {problem.strerror}", remedy="Check the path."
        ) from problem
    except ImagingError as problem:
        raise UnusableData(problem.code, f"{path}: {problem.message}", remedy=problem.remedy) from problem


def _decoded(content: bytes) -> RgbImage | None:
    try:
        decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB)
    except cv2.error:
        return None
    return None if decoded is None else np.asarray(decoded, np.uint8)


def fov_or_frame(rgb: RgbImage, known: Fov | None) -> Fov:
    """The stored FOV where there is one, else the detected one; the whole frame of a black picture."""
    if known is not None and (known.height, known.width) == rgb.shape[:2]:
        return known
    try:
        return detect_fov(rgb)
    except NoFieldOfView:
        return whole_frame(width=rgb.shape[1], height=rgb.shape[0])


def read_mask(path: Path, *, frame: Frame) -> BoolMask:
    """A stored mask in the frame's pixels, bool (S, S). Raises UnusableData when it doesn't fit its image."""
    return _framed(path, lambda mask: frame.mask(mask) & frame.inside)


def read_coverage(path: Path, *, frame: Frame) -> GrayImage:
    """The share of each of the frame's pixels that a stored mask covers, uint8 (S, S), 255 for all.

    A lesion smaller than a pixel leaves its trace here. Raises UnusableData as `read_mask`.
    """
    return _framed(path, lambda mask: _covered(mask, frame))


def _covered(mask: BoolMask, frame: Frame) -> GrayImage:
    share = np.rint(frame.coverage(mask) * 255).astype(np.uint8)
    share[~frame.inside] = 0
    return share


def _framed(path: Path, bring: Callable[[BoolMask], BroughtT]) -> BroughtT:
    try:
        return bring(decode_mask(path.read_bytes()))
    except (OSError, ImagingError, ValueError) as problem:
        raise UnusableData(
            "bad_mask", f"{path}: {problem}", remedy="Build the masks again; one must have its image's size."
        ) from problem


def prepare(
    items: Sequence[Item],
    *,
    side: int,
    classes: Sequence[str],
    soft: bool = False,
    outline: Outline | None = None,
    cache: Path | None = None,
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
    read: Callable[[Path], RgbImage] = read_rgb,
) -> Prepared:
    """Decode every item once and bring image and masks into a square of `side` pixels.

    `soft` asks for `coverage`; `masks` are then the pixels covered at least by half. With `outline` too, it
    finds the lesions in the items' rectangles. With `cache`, each item's arrays are kept on disk, so that a
    resumed run does not decode again.
    """
    count = len(items)
    grid = (count, side, side)
    prepared = Prepared(
        images=np.empty((*grid, 3), np.uint8),
        inside=np.empty(grid, np.bool_),
        masks=np.empty((*grid, len(classes)), np.bool_),
        known=np.array([[name in item.looked_for for name in classes] for item in items], np.bool_).reshape(
            count, len(classes)
        ),
        labels=_known_or_nan([item.label for item in items]),
        referable=_known_or_nan([item.referable for item in items]),
        coverage=np.empty((*grid, len(classes)), np.uint8) if soft else None,
        unsure=np.zeros((*grid, len(classes)), np.uint8) if soft and outline else None,
    )
    preparation = _Preparation(side=side, classes=classes, soft=soft, outline=outline, cache=cache, read=read)

    def fill(row: int) -> None:
        arrays = preparation.of(items[row])
        prepared.images[row], prepared.inside[row] = arrays["image"], arrays["inside"]
        if prepared.coverage is not None:
            prepared.coverage[row] = arrays.get("lesion", arrays["masks"])
        if prepared.unsure is not None and "unsure" in arrays:
            prepared.unsure[row] = arrays["unsure"]
        prepared.masks[row] = arrays["masks"] >= HALF if soft else arrays["masks"]

    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        for done, _ in enumerate(pool.map(fill, range(count)), start=1):
            if progress is not None:
                progress(done, count)
    return prepared


def _known_or_nan(values: Sequence[int | None]) -> NDArray[np.float32]:
    return np.array([np.nan if value is None else value for value in values], np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Preparation:
    """How each item of a run is prepared, and where that is kept."""

    side: int
    classes: Sequence[str]
    soft: bool
    outline: Outline | None
    cache: Path | None
    read: Callable[[Path], RgbImage]

    def of(self, item: Item) -> dict[str, NDArray[Any]]:
        """Arrays `image`, `inside` and `masks` (coverage if soft), from the cache where it has them.

        Where lesions are to be outlined in rectangles of the item, also `lesion` and `unsure`, coverages.
        """
        kept = self.cache / f"{self._key(item)}.npz" if self.cache is not None else None
        if kept is not None and kept.exists():
            try:
                with np.load(kept, allow_pickle=False) as stored:
                    return dict(stored)
            except (OSError, ValueError, KeyError, zipfile.BadZipFile):
                kept.unlink(missing_ok=True)
        arrays = self._made(item)
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            buffer = io.BytesIO()
            np.savez(buffer, **arrays)  # type: ignore[arg-type]
            write_durably(kept, buffer.getvalue())
        return arrays

    def _made(self, item: Item) -> dict[str, NDArray[Any]]:
        rgb = self.read(item.path)
        frame = square_frame(fov_or_frame(rgb, item.fov), side=self.side)
        grid = (self.side, self.side, len(self.classes))
        masks: NDArray[Any] = np.zeros(grid, np.uint8 if self.soft else np.bool_)
        read_one = read_coverage if self.soft else read_mask
        named = [(number, name) for number, name in enumerate(self.classes) if name in item.masks]
        for number, name in named:
            masks[..., number] = read_one(item.masks[name], frame=frame)
        arrays = {"image": frame.image(rgb), "inside": frame.inside, "masks": masks}
        if not self.outline or not item.rectangles:
            return arrays
        lesion, unsure = masks.copy(), np.zeros_like(masks)
        for number, name in named:
            if name in item.rectangles:
                found = _framed(item.masks[name], partial(self.outline, item, rgb, name))
                lesion[..., number] = _covered(found.lesion, frame)
                unsure[..., number] = _covered(found.unsure, frame)
        return {**arrays, "lesion": lesion, "unsure": unsure}

    def _key(self, item: Item) -> str:
        """Changes with files, field of view, rectangles, grid, the kind of masks and the code's version."""
        files = [item.path, *(item.masks[name] for name in self.classes if name in item.masks)]
        stamps = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
        fov = item.fov.to_json() if item.fov is not None else None
        rects = {name: [asdict(rect) for rect in found] for name, found in item.rectangles.items()}
        how = [self.side, list(self.classes), sorted(item.masks), self.soft]
        outlining = [rects] if self.outline else []
        named = json.dumps([PREPARED_VERSION, stamps, fov, *how, *outlining])
        return hashlib.sha256(named.encode()).hexdigest()[:32]


def class_map(masks: NDArray[np.bool_], classes: Sequence[str]) -> NDArray[np.uint8]:
    """Masks (..., C) as one class number a pixel: 0 background, 1 the first class, and so on; uint8.

    Where masks overlap, hemorrhage (HE) wins, then the earlier class: softmax gives a pixel to one class
    only.
    """
    numbers = np.zeros(masks.shape[:-1], np.uint8)
    weakest_first = sorted(range(len(classes)), key=lambda index: (classes[index] == "HE", -index))
    for index in weakest_first:
        numbers[masks[..., index]] = index + 1
    return numbers
