"""What a label set was made with in view: only a reading of its own says how somebody reads."""

from annotations.states import ADJUDICATION, CORRECTION

READING = "person:"


def reading_source(reader_id: int | None) -> str:
    """The source of a person's own readings."""
    return f"{READING}{reader_id}"


def is_correction(source: str) -> bool:
    """Whether a label set of this source mends what a model found."""
    return source.startswith(CORRECTION)


def is_adjudication(source: str) -> bool:
    """Whether a label set of this source settles two readings that differ."""
    return source.startswith(ADJUDICATION)
