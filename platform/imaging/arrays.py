"""Names for the arrays that this package takes and gives."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

RgbImage = NDArray[np.uint8]
"""uint8 (H, W, 3), red first."""

RgbaImage = NDArray[np.uint8]
"""uint8 (H, W, 4), red first, alpha not premultiplied."""

GrayImage = NDArray[np.uint8]
"""uint8 (H, W)."""

BoolMask = NDArray[np.bool_]
"""bool (H, W)."""

Probabilities = NDArray[np.floating[Any]] | NDArray[np.uint8]
"""(H, W): floats 0 to 1, or uint8 0 to 255."""

Points = NDArray[np.float64]
"""float64 (N, 2): x, y in pixels."""
