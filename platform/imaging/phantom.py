"""Synthetic fundus images with known lesions: sample patients, tests, screenshots.

Lesions are drawn onto `skimage.data.retina()` (CC0, a left eye; it ships in scikit-image's wheel), which
is mirrored for right eyes, turned a little and shifted in colour. Every picture carries the word
SYNTHETIC in its dark corner and says so in `Phantom.note`. Grades: 0 none, 2 a few lesions, 3 many;
grade 1 (microaneurysms only) is never drawn.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import skimage.data
from PIL import Image, ImageDraw, ImageFont

from imaging.arrays import BoolMask, Points, RgbImage
from imaging.masks import component_rects, mask_to_polygons, rasterize
from imaging.phantom_lesions import DISC, exudates, hemorrhages
from imaging.shapes import Polygon, Rect

Eye = Literal["OD", "OS"]
Paint = tuple[tuple[int, int, int], float, float]

NOTE = "Synthetic picture: lesions drawn onto skimage.data.retina() (CC0). Shows no real patient."
RETINA_SIDE_PX = 1411
CENTER = np.array([0.4995, 0.4986])  # of the FOV's circle, as a share of the side
RADIUS = 0.4942
HEMORRHAGE = ((132, 14, 18), 0.82, 2.0)  # RGB, opacity, softness of the rim in px of a 1411 px picture
EXUDATE = ((253, 234, 148), 0.95, 0.9)
SHARE_WITHOUT_DR = 5 / 12
LESIONS_OF_GRADE = {0: ((0, 0), (0, 0)), 2: ((6, 13), (2, 5)), 3: ((18, 30), (4, 8))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phantom:
    """One synthetic image; class codes as everywhere: HE hemorrhage, EX hard exudate.

    `polygons` has one outline per connected lesion, on whole pixels, from which `mask` follows exactly.
    """

    rgb: RgbImage
    eye: Eye
    icdr_grade: int
    polygons: dict[str, list[Polygon]]
    note: str = NOTE

    @property
    def has_dr(self) -> bool:
        """Whether any lesion was drawn."""
        return self.icdr_grade > 0

    def mask(self, lesion_class: str) -> BoolMask:
        """The true mask of HE or EX; bool (H, W)."""
        height, width = self.rgb.shape[:2]
        return rasterize(self.polygons[lesion_class], height=height, width=width)

    def rects(self, lesion_class: str) -> list[Rect]:
        """Rectangles tightly around each lesion: the weak labels that the study used."""
        return [rect for rect, _ in component_rects(self.mask(lesion_class))]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhantomPatient:
    """A made-up patient: code and one image of each eye."""

    code: str
    right: Phantom
    left: Phantom

    @property
    def eyes(self) -> tuple[Phantom, Phantom]:
        """Right, then left."""
        return self.right, self.left


def sample_patients(
    *, count: int = 12, seed: int = 1, side: int = RETINA_SIDE_PX
) -> Iterator[PhantomPatient]:
    """`count` patients one by one, five in twelve without DR; the same seed gives the same pictures."""
    random = np.random.default_rng(seed)
    healthy = set(random.permutation(count)[: round(count * SHARE_WITHOUT_DR)].tolist())
    for number in range(count):
        grades = (0, 0) if number in healthy else random.permutation([2, int(random.choice([2, 3]))]).tolist()
        seeds = random.integers(0, 2**31, 2).tolist()
        tint = _tint(random)
        yield PhantomPatient(
            code=f"SAMPLE-{number + 1:02d}",
            right=draw_phantom(eye="OD", icdr_grade=grades[0], seed=seeds[0], side=side, tint=tint),
            left=draw_phantom(eye="OS", icdr_grade=grades[1], seed=seeds[1], side=side, tint=tint),
        )


def draw_phantom(
    *, eye: Eye, icdr_grade: int, seed: int, side: int = RETINA_SIDE_PX, tint: Points | None = None
) -> Phantom:
    """One image of `side` x `side` pixels; `icdr_grade` 0, 2 or 3. The seed fixes everything but the tint.

    `tint` is gain red, green, blue and gamma, float (4,); drawn at random when not given.
    """
    if icdr_grade not in LESIONS_OF_GRADE:
        raise ValueError(f"phantoms have ICDR grade {sorted(LESIONS_OF_GRADE)}, got {icdr_grade}")
    if side < 64:
        raise ValueError(f"a phantom needs 64 pixels a side at least, got {side}")
    random = np.random.default_rng(seed)
    (fewest, most), (fewest_clusters, most_clusters) = LESIONS_OF_GRADE[icdr_grade]
    outlines = {
        "HE": hemorrhages(random, count=int(random.integers(fewest, most + 1))),
        "EX": exudates(random, clusters=int(random.integers(fewest_clusters, most_clusters + 1))),
    }
    turn = float(random.uniform(-7, 7))
    polygons = {
        code: _merged([_placed(outline, eye=eye, turn=turn, side=side) for outline in drawn], side)
        for code, drawn in outlines.items()
    }
    rgb = _background(eye=eye, turn=turn, side=side)
    for code, paint in (("HE", HEMORRHAGE), ("EX", EXUDATE)):
        _blend(rgb, rasterize(polygons[code], height=side, width=side), paint, random)
    rgb = _recolored(rgb, _tint(random) if tint is None else tint)
    return Phantom(rgb=_marked(rgb), eye=eye, icdr_grade=icdr_grade, polygons=polygons)


def disc_center(*, eye: Eye, side: int) -> tuple[float, float]:
    """Where the optic disc of an unturned phantom is, x and y in pixels."""
    x, y = _placed(DISC[None], eye=eye, turn=0.0, side=side)[0]
    return float(x), float(y)


@functools.lru_cache(maxsize=4)
def _retina(side: int) -> RgbImage:
    """The CC0 photograph at the wanted size."""
    retina = np.asarray(skimage.data.retina(), np.uint8)  # type: ignore[no-untyped-call]
    if side == retina.shape[0]:
        return retina
    how = cv2.INTER_AREA if side < retina.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(retina, (side, side), interpolation=how), np.uint8)


def _background(*, eye: Eye, turn: float, side: int) -> RgbImage:
    """The retina turned by `turn` degrees around its centre, mirrored for a right eye; a new array."""
    x, y = (CENTER * side).tolist()
    matrix = cv2.getRotationMatrix2D((x - 0.5, y - 0.5), -turn, 1.0)
    turned = cv2.warpAffine(_retina(side), matrix, (side, side), flags=cv2.INTER_CUBIC)
    return np.ascontiguousarray(turned[:, ::-1] if eye == "OD" else turned, np.uint8)


def _placed(outline: Points, *, eye: Eye, turn: float, side: int) -> Points:
    """An outline in units of the FOV's radius as pixels of the finished image."""
    angle = np.deg2rad(turn)
    cos, sin = np.cos(angle), np.sin(angle)
    turned = outline @ np.array([[cos, sin], [-sin, cos]])
    pixels = (CENTER + turned * RADIUS) * side
    if eye == "OD":
        pixels[:, 0] = side - pixels[:, 0]
    return np.asarray(pixels, np.float64)


def _merged(outlines: list[Points], side: int) -> list[Polygon]:
    """One polygon on whole pixels per connected lesion."""
    drawn = [Polygon(tuple((x, y) for x, y in outline.tolist())) for outline in outlines]
    return [
        polygon if _is_speck(polygon) else _on_whole_pixels(polygon)
        for polygon in mask_to_polygons(rasterize(drawn, height=side, width=side))
    ]


def _is_speck(polygon: Polygon) -> bool:
    """Whether whole pixels would leave fewer than three points: a lesion of a pixel or a line."""
    return len({(int(x), int(y)) for x, y in polygon.points}) < 3


def _on_whole_pixels(polygon: Polygon) -> Polygon:
    rings = [
        tuple((float(int(x)), float(int(y))) for x, y in ring) for ring in (polygon.points, *polygon.holes)
    ]
    return Polygon(rings[0], tuple(rings[1:]))


def _blend(rgb: RgbImage, mask: BoolMask, paint: Paint, random: np.random.Generator) -> None:
    """Paint a mask in place: soft rim, uneven density, some of what lies below."""
    side = rgb.shape[0]
    color, opacity, softness = paint
    alpha = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), max(0.5, softness * side / RETINA_SIDE_PX))
    cells = random.uniform(0.72, 1.0, (48, 48)).astype(np.float32)
    alpha = alpha * opacity * cv2.resize(cells, (side, side), interpolation=cv2.INTER_CUBIC)
    touched = alpha > 0.004
    share = np.clip(alpha[touched], 0, 1)[:, None]
    below = rgb[touched].astype(np.float32)
    rgb[touched] = np.rint(below * (1 - share) + np.array(color, np.float32) * share).astype(np.uint8)


def _tint(random: np.random.Generator) -> Points:
    """Gain red, green, blue and gamma of one camera on one day."""
    low, high = (0.9, 0.85, 0.7, 0.85), (1.1, 1.12, 1.15, 1.2)
    return random.uniform(low, high)


def _recolored(rgb: RgbImage, tint: Points) -> RgbImage:
    steps = np.linspace(0, 1, 256)
    tables = [np.clip(gain * steps ** tint[3], 0, 1) * 255 for gain in tint[:3]]
    table = np.rint(np.stack(tables, axis=1)).astype(np.uint8)
    return np.asarray(cv2.LUT(rgb, table[None]), np.uint8)


def _marked(rgb: RgbImage) -> RgbImage:
    """The word SYNTHETIC in the dark corner at the bottom left, outside the FOV."""
    side = rgb.shape[0]
    picture = Image.fromarray(rgb)
    font = ImageFont.load_default(max(6, round(side * 0.02)))
    text = "SYNTHETIC" if side >= 600 else "SYN"
    ImageDraw.Draw(picture).text((side * 0.012, side * 0.988), text, (190, 190, 190), font, anchor="ls")
    return np.asarray(picture, np.uint8)
