"""What an import refuses or skips: where, why, and what to do about it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

KEPT_PROBLEMS = 10_000  # more than anybody reads; the counts go on
NAMES_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One row or file that did not go in as it is. `is_error` is False for what was skipped on purpose.

    `row` counts as a spreadsheet does: the header is row 1.
    """

    code: str
    message: str
    remedy: str = ""
    file: str = ""
    row: int | None = None
    is_error: bool = True

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, the shape of a report's `problems`."""
        return asdict(self)


def storable(text: str) -> str:
    """The text without what a database refuses: NUL and lone surrogates, which JSON cells may hold."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def in_short(names: Sequence[str]) -> str:
    """The first names of a list, and how many more there are."""
    rest = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {rest:,} more" if rest > 0 else "")


@dataclass(slots=True)
class ProblemLog:
    """Collects problems: all are counted, the first of them kept."""

    kept: list[Problem] = field(default_factory=list)
    errors: int = 0
    notes: int = 0

    def add(self, problem: Problem) -> None:
        """Count one problem, and keep it while there is room."""
        if problem.is_error:
            self.errors += 1
        else:
            self.notes += 1
        if len(self.kept) < KEPT_PROBLEMS:
            self.kept.append(replace(problem, file=storable(problem.file), message=storable(problem.message)))

    def take_over(self, other: "ProblemLog") -> None:
        """Add all that another log has."""
        self.errors += other.errors
        self.notes += other.notes
        self.kept += other.kept[: max(0, KEPT_PROBLEMS - len(self.kept))]

    def to_json(self) -> list[dict[str, Any]]:
        """The kept problems as plain JSON."""
        return [problem.to_json() for problem in self.kept]
