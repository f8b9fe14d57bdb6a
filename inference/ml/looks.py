"""One stored image as models see it: a square of each size is cut once, a segmenter asked once."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from numpy import uint8
from numpy.typing import NDArray

from imaging.arrays import BoolMask, GrayImage, RgbImage
from imaging.fov import Fov
from imaging.frame import Frame, square_frame
from inference.ml.data import fov_or_frame


class FindsLesions(Protocol):
    """What a look asks of a segmenter."""

    @property
    def id(self) -> str:
        """Names the model version."""
        ...

    @property
    def side(self) -> int:
        """Of its square, in pixels."""
        ...

    @property
    def classes(self) -> Sequence[str]:
        """Lesion classes in order."""
        ...

    @property
    def thresholds(self) -> Mapping[str, int]:
        """8-bit level from which on a pixel is a lesion, by class."""
        ...

    @property
    def minimum_component_px(self) -> int:
        """Of its square: smaller lesions are dropped."""
        ...

    def maps(self, picture: RgbImage, inside: BoolMask) -> NDArray[uint8]:
        """8-bit probabilities (C, S, S)."""
        ...


class Look:
    """An image uint8 (H, W, 3) and its field of view, found where it is not given."""

    def __init__(self, rgb: RgbImage, *, fov: Fov | None = None) -> None:
        self.rgb = rgb
        self.fov = fov_or_frame(rgb, fov)
        self._squares: dict[int, tuple[Frame, RgbImage]] = {}
        self._maps: dict[str, dict[str, GrayImage]] = {}

    def square(self, side: int) -> tuple[Frame, RgbImage]:
        """The field of view in a square, uint8 (side, side, 3), with its frame."""
        if side not in self._squares:
            frame = square_frame(self.fov, side=side)
            self._squares[side] = frame, frame.image(self.rgb)
        return self._squares[side]

    def picture(self, side: int) -> RgbImage:
        """The field of view in a square, uint8 (side, side, 3)."""
        return self.square(side)[1]

    def maps(self, segmenter: FindsLesions) -> dict[str, GrayImage]:
        """For each of a segmenter's classes its 8-bit probabilities, uint8 (S, S) in its square."""
        if segmenter.id not in self._maps:
            frame, picture = self.square(segmenter.side)
            values = segmenter.maps(picture, frame.inside)
            self._maps[segmenter.id] = dict(zip(segmenter.classes, values, strict=True))
        return self._maps[segmenter.id]
