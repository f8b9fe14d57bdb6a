"""Mask files to polygons that give back every pixel, in a process of its own (imaging.limited_child)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from imaging.arrays import BoolMask
from imaging.errors import UnreadableImage
from imaging.header import MAX_BYTES
from imaging.limited_child import TIME_LIMIT_S, LimitedChild, serve
from imaging.mask_codec import decode_indices, decode_mask
from imaging.masks import mask_to_polygons, rasterize
from imaging.shapes import MAX_POINTS, Polygon, moved

BACKGROUND = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedMask:
    """What one mask file holds: its size, and the polygon geometries of each class it speaks of."""

    width: int
    height: int
    polygons: dict[str, list[dict[str, Any]]]


class TracingChild(LimitedChild):
    """The process that decodes and traces masks."""

    def __init__(self, *, time_limit_s: float = TIME_LIMIT_S) -> None:
        super().__init__("imaging.traced_masks", time_limit_s=time_limit_s)

    def trace(self, path: Path, *, classes: str | Mapping[int, str]) -> TracedMask:
        """Trace one file of one class, or an indexed one; raises UnreadableImage."""
        asked = classes if isinstance(classes, str) else {str(key): code for key, code in classes.items()}
        return TracedMask(**self.ask({"path": str(path), "classes": asked}))


@contextmanager
def tracing_child() -> Iterator[TracingChild]:
    """Lend a child that ends with the block."""
    child = TracingChild()
    try:
        yield child
    finally:
        child.stop()


def trace_file(path: Path, *, classes: str | Mapping[int, str]) -> TracedMask:
    """Do in this process what the child does.

    `classes` is the class of a file's non-zero pixels, or what the numbers of an indexed file mean (0 is
    background). Raises UnreadableImage: too_many_bytes, unknown_index, not_exact, and those of the codec.
    """
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableImage(
            "too_many_bytes",
            f"The mask's file has more than {MAX_BYTES / 1e6:.0f} MB.",
            remedy="Save it as a 1-bit PNG.",
        )
    masks = _masks(path.read_bytes(), classes)
    height, width = next(iter(masks.values())).shape
    polygons = {}
    for code, mask in masks.items():
        found = exact_polygons(mask)
        if not np.array_equal(rasterize(found, height=height, width=width), mask):
            raise UnreadableImage(
                "not_exact", f"The outlines of {code} do not give the mask back.", remedy="Report this file."
            )
        polygons[code] = [polygon.to_json() for polygon in found]
    return TracedMask(width=width, height=height, polygons=polygons)


def exact_polygons(mask: BoolMask) -> list[Polygon]:
    """Polygons that `rasterize` joins to exactly this bool (H, W) mask, the largest first.

    One per 8-connected part; a part with more points than a region may have is cut into several.
    """
    polygons: list[Polygon] = []
    for polygon in mask_to_polygons(mask):
        points = sum(map(len, (polygon.points, *polygon.holes)))
        polygons.extend([polygon] if points <= MAX_POINTS else _cut(polygon))
    return polygons


def _cut(polygon: Polygon) -> Iterator[Polygon]:
    """The same pixels in two halves, each traced anew."""
    left, top, right, bottom = (int(number) for number in polygon.bounds())
    height, width = bottom - top + 1, right - left + 1
    part = rasterize([moved(polygon, -left, -top)], height=height, width=width)
    middle = max(height, width) // 2
    halves = (
        [(part[:middle], 0, 0), (part[middle:], 0, middle)]
        if height >= width
        else [(part[:, :middle], 0, 0), (part[:, middle:], middle, 0)]
    )
    for half, dx, dy in halves:
        for piece in exact_polygons(half):
            yield moved(piece, left + dx, top + dy)


def _masks(data: bytes, classes: str | Mapping[int, str]) -> dict[str, BoolMask]:
    if isinstance(classes, str):
        return {classes: decode_mask(data)}
    indices = decode_indices(data)
    there = np.unique(indices).tolist()
    unknown = [number for number in there if number != BACKGROUND and number not in classes]
    if unknown:
        raise UnreadableImage(
            "unknown_index",
            f"The file has pixels of number {', '.join(map(str, unknown[:10]))}, which stand for no class.",
            remedy="Say what every number means, for example 1=HE,2=EX.",
        )
    empty = np.zeros(indices.shape, np.bool_)
    masks: dict[str, BoolMask] = {}
    for number, code in classes.items():
        masks[code] = masks.get(code, empty) | (indices == number)
    return masks


def _main() -> None:
    serve(_answer)


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    asked = request["classes"]
    classes = asked if isinstance(asked, str) else {int(key): code for key, code in asked.items()}
    traced = trace_file(Path(request["path"]), classes=classes)
    return {"width": traced.width, "height": traced.height, "polygons": traced.polygons}


if __name__ == "__main__":
    _main()
