"""Labels of the small test images, of 120 x 100 pixels: masks, and what COCO files usually hold."""

from typing import Any

import numpy as np

from imaging.arrays import BoolMask

WIDTH, HEIGHT = 120, 100
IMAGES = [
    {"id": number, "file_name": name, "width": WIDTH, "height": HEIGHT}
    for number, name in ((7, "a.jpg"), (8, "b.png"))
]
CATEGORIES = [{"id": 1, "name": "Haemorrhages"}, {"id": 5, "name": "exsudats durs"}]


def annotation(number: int = 1, **parts: Any) -> dict[str, Any]:
    """One annotation of a.jpg, a hemorrhage, without an outline yet."""
    return {"id": number, "image_id": 7, "category_id": 1, "iscrowd": 0} | parts


def specks(seed: int, *, share: float = 0.2) -> BoolMask:
    """Parts that touch at corners, single pixels, holes: the whole zoo."""
    lit: BoolMask = np.random.default_rng(seed).random((HEIGHT, WIDTH)) < share
    lit[40:60, 40:60] = True
    lit[45:50, 45:50] = False
    lit[47, 47] = True
    return lit
