"""Outlines of made-up lesions, in units of the FOV's radius, for `phantom`.

Sizes follow IDRiD: blot hemorrhages of 1 to 4 % of the FOV's width, hard exudates of 0.4 to 1.6 % in
clusters and broken rings around the macula.
"""

from __future__ import annotations

import numpy as np

from imaging.arrays import Points

DISC = np.array([-0.69, -0.07])  # of a left eye: centre of the optic disc from the FOV's centre
FOVEA = np.array([0.0, -0.01])
DISC_KEEP_OUT = 0.27  # lesions stay this far from the disc's centre
FOVEA_KEEP_OUT = 0.1
OUTERMOST = 0.88  # lesions stay this near the FOV's centre

Random = np.random.Generator


def hemorrhages(random: Random, *, count: int) -> list[Points]:
    """Outlines of blots (two in three) and of flames that follow the nerve fibres away from the disc."""
    return [
        _blot(random, _anywhere(random)) if random.random() < 0.67 else _flame(random, _anywhere(random))
        for _ in range(count)
    ]


def exudates(random: Random, *, clusters: int) -> list[Points]:
    """Outlines of the spots of several clusters; spots of one cluster may overlap."""
    return [spot for _ in range(clusters) for spot in _cluster(random, _around_macula(random))]


def _blot(random: Random, center: Points) -> Points:
    return center + _wobbly(random, radius=random.uniform(0.012, 0.038), roughness=0.35, points=28)


def _flame(random: Random, center: Points) -> Points:
    outline = _wobbly(random, radius=random.uniform(0.011, 0.019), roughness=0.55, points=36)
    outline[:, 0] *= random.uniform(2.2, 3.6)
    along = center - DISC
    turn = np.arctan2(along[1], along[0]) + random.normal(0, 0.2)
    return np.asarray(center + _turned(outline, turn), np.float64)


def _cluster(random: Random, center: Points) -> list[Points]:
    count = int(random.integers(6, 22))
    spread = random.uniform(0.04, 0.12)
    if random.random() < 0.4:  # a circinate ring, not closed
        angles = random.uniform(0, 2 * np.pi) + random.uniform(0, 4.5, count)
        places = center + spread * np.column_stack([np.cos(angles), np.sin(angles)])
        places += random.normal(0, 0.1 * spread, places.shape)
    else:
        places = center + random.normal(0, 0.55 * spread, (count, 2))
    sizes = np.clip(random.lognormal(np.log(0.007), 0.45, count), 0.004, 0.018)
    return [
        place + _wobbly(random, radius=float(size), roughness=0.4, points=18)
        for place, size in zip(places, sizes, strict=True)
        if _is_free(place)
    ]


def _wobbly(random: Random, *, radius: float, roughness: float, points: int) -> Points:
    """A closed outline around (0, 0): a circle with random low harmonics."""
    angles = np.linspace(0, 2 * np.pi, points, endpoint=False)
    radii = np.ones(points)
    for harmonic in range(2, 7):
        height = roughness * random.uniform(0.3, 1.0) / harmonic
        radii += height * np.cos(harmonic * angles + random.uniform(0, 2 * np.pi))
    radii = radius * np.maximum(radii, 0.35)
    return np.column_stack([radii * np.cos(angles), radii * np.sin(angles)])


def _turned(outline: Points, angle: float) -> Points:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.asarray(outline @ np.array([[cos, sin], [-sin, cos]]), np.float64)


def _anywhere(random: Random) -> Points:
    while True:
        place = random.uniform(-OUTERMOST, OUTERMOST, 2)
        if _is_free(place):
            return place


def _around_macula(random: Random) -> Points:
    while True:
        angle, distance = random.uniform(0, 2 * np.pi), random.uniform(0.15, 0.6)
        place = FOVEA + distance * np.array([np.cos(angle), np.sin(angle)])
        if _is_free(place):
            return np.asarray(place, np.float64)


def _is_free(place: Points) -> bool:
    return bool(
        np.hypot(*place) < OUTERMOST
        and np.hypot(*(place - DISC)) > DISC_KEEP_OUT
        and np.hypot(*(place - FOVEA)) > FOVEA_KEEP_OUT
    )
