"""The eight ways to look at a square picture, flips and quarter turns, for predictions averaged over them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Rows and columns swapped, then mirrored up-down, then mirrored left-right."""

    swapped: bool = False
    upside_down: bool = False
    mirrored: bool = False

    def of(self, picture: NDArray[Any]) -> NDArray[Any]:
        """The picture (S, S, ...) as this view shows it."""
        seen = picture.swapaxes(0, 1) if self.swapped else picture
        seen = seen[::-1] if self.upside_down else seen
        return seen[:, ::-1] if self.mirrored else seen

    def back(self, maps: NDArray[Any]) -> NDArray[Any]:
        """Maps (C, S, S) of this view in the picture's own pixels."""
        own = maps[:, :, ::-1] if self.mirrored else maps
        own = own[:, ::-1] if self.upside_down else own
        return own.swapaxes(1, 2) if self.swapped else own


VIEWS: Mapping[str, View] = {
    "as_is": View(),
    "mirrored": View(mirrored=True),
    "upside_down": View(upside_down=True),
    "half_turn": View(upside_down=True, mirrored=True),
    "swapped": View(swapped=True),
    "turned_left": View(swapped=True, upside_down=True),
    "turned_right": View(swapped=True, mirrored=True),
    "swapped_half_turn": View(swapped=True, upside_down=True, mirrored=True),
}


def first_views(count: int) -> Sequence[str]:
    """Names of the first `count` views: as it is, then the flips, then the quarter turns."""
    return list(VIEWS)[:count]
