"""What is known of an image besides its pixels, from several sources: the first that knows counts."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from annotations.states import Eye
from imaging.intake import Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageDetails:
    """Empty or None: not known."""

    patient: str = ""
    eye: Eye = Eye.UNKNOWN
    exam_date: date | None = None
    site: str = ""
    camera: str = ""
    field: str = ""


NAMES = tuple(one.name for one in fields(ImageDetails))
WORDS = {"exam_date": "date of the exam"}


def details_of_camera(taken: Taken) -> ImageDetails:
    """What the camera wrote into a DICOM file; never a patient's code."""
    return ImageDetails(
        eye=Eye(taken.eye),
        exam_date=date.fromisoformat(taken.exam_date) if taken.exam_date else None,
        camera=taken.camera,
    )


def settled(sources: Sequence[tuple[str, ImageDetails]]) -> tuple[ImageDetails, list[str]]:
    """Each detail by the first source that knows it; and a sentence for each that says otherwise."""
    known: dict[str, Any] = {}
    said_by: dict[str, str] = {}
    contradictions = []
    for source, details in sources:
        for name in NAMES:
            value = getattr(details, name)
            if not value:
                continue
            if name not in known:
                known[name], said_by[name] = value, source
            elif known[name] != value:
                contradictions.append(
                    f"The {WORDS.get(name, name)} is {_word(known[name])} by {said_by[name]}, "
                    f"but {_word(value)} by {source}; the former counts."
                )
    return ImageDetails(**known), contradictions


def _word(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) and not isinstance(value, Eye) else str(value)
