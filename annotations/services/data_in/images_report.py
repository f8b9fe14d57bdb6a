"""What goes into an import of images and what is told of it afterwards."""

from collections import defaultdict
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from annotations.services.data_in.image_details import ImageDetails
from annotations.services.data_in.problems import Problem, ProblemLog
from annotations.states import BurnedText, Eye
from imaging.intake import Taken
from imaging.quality import GOOD, UNGRADABLE, USABLE


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
    details_filled_in: int = 0
    labels_added: int = 0
    labels_skipped: int = 0
    near_duplicates: int = 0
    images_with_text: int = 0
    images_without_patient: int = 0
    images_without_eye: int = 0
    images_turned: int = 0
    images_converted: int = 0
    quality_good: int = 0
    quality_usable: int = 0
    quality_ungradable: int = 0
    dry_run: bool = False
    problems: ProblemLog = field(default_factory=ProblemLog)
    images_of: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    @property
    def done(self) -> bool:
        """Whether everything that was asked for was done."""
        return not self.problems.errors

    def counts(self) -> dict[str, Any]:
        """The numbers, as JSON."""
        numbers = {one.name: getattr(self, one.name) for one in fields(self) if one.type is int}
        return numbers | {
            "dry_run": self.dry_run,
            "done": self.done,
            "errors": self.problems.errors,
            "notes": self.problems.notes,
        }

    def count(self, taken: Taken, details: ImageDetails) -> None:
        """Count what is known of one more picture, and what was done to it."""
        self.images_with_text += taken.burned_text.get("state") == BurnedText.FOUND
        self.images_without_patient += not details.patient
        self.images_without_eye += details.eye == Eye.UNKNOWN
        self.images_turned += taken.exif_orientation != 1
        self.images_converted += bool(taken.conversion)
        self.quality_good += taken.quality.get("grade") == GOOD
        self.quality_usable += taken.quality.get("grade") == USABLE
        self.quality_ungradable += taken.quality.get("grade") == UNGRADABLE

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
