"""What a segmenter sees in one training step: whole images, or crops that lean towards lesions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

JITTER_SHARE = 0.25  # of the crop's side: how far, as a normal deviate, a lesion lies from the crop's centre


@dataclass(frozen=True, slots=True, kw_only=True)
class CropSampler:
    """Draws square crops of `side` px from images of one size.

    `lesion_points[c]` lists rows (image, y, x), one for each connected lesion of class c, so that large
    lesions do not crowd out small ones.
    """

    images: int
    image_side: int
    side: int
    lesion_share: float
    lesion_points: tuple[NDArray[np.int64], ...]

    def draw(self, index: int, *, random: np.random.Generator) -> tuple[int, int, int]:
        """(image, top, left) of a crop: around a lesion with chance `lesion_share`, else in image `index`."""
        if self.side == self.image_side:
            return index, 0, 0
        reach = self.image_side - self.side
        filled = [points for points in self.lesion_points if len(points)]
        if filled and random.random() < self.lesion_share:
            points = filled[random.integers(len(filled))]
            image, y, x = points[random.integers(len(points))]
            center = np.array([y, x]) + random.normal(0, JITTER_SHARE * self.side, 2)
            top, left = np.clip(np.round(center - self.side / 2), 0, reach).astype(int)
            return int(image), int(top), int(left)
        top, left = random.integers(0, reach + 1, 2)
        return index, int(top), int(left)


def lesion_points(masks: NDArray[np.bool_]) -> tuple[NDArray[np.int64], ...]:
    """For each class the middle of the box around every connected lesion: int64 (L, 3) of (image, y, x).

    Masks: bool (N, H, W, C).
    """
    import cv2

    found: list[list[tuple[int, int, int]]] = [[] for _ in range(masks.shape[-1])]
    for image, of_classes in enumerate(masks):
        for number, points in enumerate(found):
            mask = of_classes[..., number].astype(np.uint8)
            _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
            points += [
                (image, int(top + height // 2), int(left + width // 2))
                for left, top, width, height, _ in stats[1:]
            ]
    return tuple(np.array(points, np.int64).reshape(-1, 3) for points in found)
