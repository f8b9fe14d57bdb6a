"""What a label set was made with in view: only a reading of its own says how somebody reads."""

from django.db.models import Q

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


def independent_readings(path: str = "") -> Q:
    """Label sets that are readings of their own: neither corrections nor adjudications.

    `path` leads to the label set ("first__"; "": the row itself).
    """
    source = f"{path}source__startswith"
    return ~Q(**{source: CORRECTION}) & ~Q(**{source: ADJUDICATION})
