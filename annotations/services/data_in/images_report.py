"""What goes into an import of images and what is told of it afterwards."""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotations.services.data_in.problems import Problem, ProblemLog


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file to bring in: its name, the folder it came in (parted by `/`), and where its bytes lie."""

    name: str
    path: Path
    folder: str = ""

    @property
    def shown(self) -> str:
        """Its name with the folders above it."""
        return f"{self.folder}/{self.name}" if self.folder else self.name


@dataclass(slots=True, kw_only=True)
class ImagesReport:
    """What an import of images did.

    `images_of` gives the images of each file name, skipped ones included: files in two folders may share one.
    """

    images_added: int = 0
    images_skipped: int = 0
    labels_added: int = 0
    labels_skipped: int = 0
    near_duplicates: int = 0
    images_with_text: int = 0
    images_without_patient: int = 0
    images_without_eye: int = 0
    dry_run: bool = False
    problems: ProblemLog = field(default_factory=ProblemLog)
    images_of: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    @property
    def done(self) -> bool:
        """Whether everything that was asked for was done."""
        return not self.problems.errors

    def counts(self) -> dict[str, Any]:
        """The numbers, as JSON."""
        return {
            "images_added": self.images_added,
            "images_skipped": self.images_skipped,
            "labels_added": self.labels_added,
            "labels_skipped": self.labels_skipped,
            "near_duplicates": self.near_duplicates,
            "images_with_text": self.images_with_text,
            "images_without_patient": self.images_without_patient,
            "images_without_eye": self.images_without_eye,
            "dry_run": self.dry_run,
            "done": self.done,
            "errors": self.problems.errors,
            "notes": self.problems.notes,
        }

    def tell(
        self,
        code: str,
        name: str,
        message: str,
        remedy: str = "",
        *,
        row: int | None = None,
        is_error: bool = True,
    ) -> None:
        """Note what was refused, or skipped on purpose."""
        self.problems.add(
            Problem(code=code, file=name, row=row, message=message, remedy=remedy, is_error=is_error)
        )
