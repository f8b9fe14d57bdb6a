"""How far a model's scores today differ from those it was judged on: the population stability index.

PSI = sum over bins of (q - p) ln(q / p), p and q being the shares of reference and today's images in a bin.
By custom below 0.1 is stable, 0.1 to 0.25 worth watching, above 0.25 a shift (Siddiqi, Credit Risk
Scorecards, 2006). Without any shift it still is about (1/N + 1/M) times a chi-square with bins - 1 degrees
of freedom, N and M being the images on either side (Yurdakul & Naranjo, J. Risk Model Validation 14(4),
2020): few images alone make it large, so that part is told beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

import scipy  # its parts are loaded at their first use

SMALLEST_SHARE = 0.05  # of the reference, in each bin that is compared
BEYOND_CHANCE = 0.01  # how often chance alone may reach `chance`


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Scores from `first` to `last` (places of the counts given), and the share of images on either side."""

    first: int
    last: int
    reference: float
    seen: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stability:
    """The index, what chance alone reaches once in a hundred times, and how many images it rests on."""

    psi: float
    chance: float
    reference_images: int
    images: int
    bins: tuple[Bin, ...]


def stability(reference: Sequence[int], seen: Sequence[int]) -> Stability | None:
    """Compare two counts of images over the same bins; None when either side has no image.

    Neighbouring bins are put together until each holds 5 % of the reference. A bin that nobody is in today
    counts as half an image, so that the index stays finite.
    """
    expected, images = sum(reference), sum(seen)
    if not expected or not images:
        return None
    bins = tuple(
        Bin(
            first=first,
            last=after - 1,
            reference=sum(reference[first:after]) / expected,
            seen=sum(seen[first:after]) / images,
        )
        for first, after in pairwise(_edges(reference))
    )
    least = 0.5 / images
    psi = sum(
        (max(one.seen, least) - one.reference) * log(max(one.seen, least) / one.reference) for one in bins
    )
    spread = 1 / expected + 1 / images
    chance = spread * float(scipy.special.chdtri(len(bins) - 1, BEYOND_CHANCE)) if len(bins) > 1 else 0.0
    return Stability(psi=psi, chance=chance, reference_images=expected, images=images, bins=bins)


def _edges(reference: Sequence[int]) -> list[int]:
    """Where bins begin, and the end: each with enough of the reference; what is left joins the last."""
    enough = SMALLEST_SHARE * sum(reference)
    edges, held = [0], 0
    for place, count in enumerate(reference, start=1):
        held += count
        if held >= enough and held:
            edges.append(place)
            held = 0
    edges[-1] = len(reference)
    return edges
