"""Rows refused for one and the same reason: told once, in the place of the first, with all their numbers."""

from dataclasses import dataclass, field, replace

from annotations.services.data_in.problems import Problem, ProblemLog
from annotations.services.via.via_rows import RowRefused, ViaRow

SUMMED_UP = frozenset({"unknown_file", "unknown_class", "no_class"})  # mended once for all such rows
SHOWN_RANGES = 10


@dataclass(slots=True)
class _Alike:
    """The rows of one reason; `ranges` are their numbers, first and last."""

    place: int  # in the log
    rows: int = 0
    images: set[str] = field(default_factory=set)
    ranges: list[list[int]] = field(default_factory=list)

    def add(self, row: ViaRow) -> None:
        self.rows += 1
        self.images.add(row.file)
        number = row.row or 0
        if self.ranges and self.ranges[-1][1] == number - 1:
            self.ranges[-1][1] = number
        elif len(self.ranges) <= SHOWN_RANGES:
            self.ranges.append([number, number])


@dataclass(slots=True, kw_only=True)
class RefusedRows:
    """Refuses rows into a log; `sum_up` once all are read."""

    log: ProblemLog
    alike: dict[tuple[str, str], _Alike] = field(default_factory=dict)

    def refuse(self, row: ViaRow, why: RowRefused) -> None:
        """Count a row, and tell its reason unless an earlier row did."""
        found = self.alike.get((why.code, why.message))
        if found is not None:
            self.log.errors += 1
            found.add(row)
            return
        place = len(self.log.kept)
        self.log.add(
            Problem(code=why.code, file=row.file, row=row.row, message=why.message, remedy=why.remedy)
        )
        if why.code in SUMMED_UP and place < len(self.log.kept):
            self.alike[why.code, why.message] = found = _Alike(place)
            found.add(row)

    def sum_up(self, *, numbered: bool) -> None:
        """Add to each reason how many rows have it; `numbered`: no two rows have the same number."""
        for found in self.alike.values():
            if found.rows > 1:
                told = self.log.kept[found.place]
                how_many = _how_many(found, numbered=numbered)
                self.log.kept[found.place] = replace(told, message=f"{told.message} {how_many}")


def _how_many(found: _Alike, *, numbered: bool) -> str:
    count = f"{found.rows:,} regions"
    if len(found.images) > 1:
        count += f" of {len(found.images):,} images"
    if not numbered:
        return f"This concerns {count}."
    ranges = [f"{first}" if first == last else f"{first} to {last}" for first, last in found.ranges]
    more = " and others" if len(ranges) > SHOWN_RANGES else ""
    return f"This concerns {count}: rows {', '.join(ranges[:SHOWN_RANGES])}{more}."
