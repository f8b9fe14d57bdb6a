"""What a person draws or cuts in the browser covers in a mask what it covered on the screen.

The file has, by drawing, the polygons that the browser's code stores (frontend/tests/rim.test.ts holds it to
them) and the pixels inside the edge that was drawn.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from imaging.masks import rasterize
from imaging.shapes import crossing_of, shape_from_json

DRAWINGS: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("browser_outlines.json").read_text(encoding="utf-8")
)
CUT_AT_PIXELS = ("a square", "a frame")


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_covers_as_many_pixels_as_its_edge_encloses(name: str) -> None:
    drawing = DRAWINGS[name]
    shapes = [shape_from_json(one["shape"], one["geometry"]) for one in drawing["shapes"]]

    pixels = int(rasterize(shapes, height=100, width=100).sum())

    exact = name.startswith(CUT_AT_PIXELS)
    assert pixels == pytest.approx(drawing["pixels"], rel=0 if exact else 0.15)
    assert not any(crossing_of(shape) for shape in shapes)
