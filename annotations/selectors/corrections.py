"""Which label sets are corrections: readings made with a model's findings in view, not apart from them."""

from django.db.models import Q

CORRECTION = "correction:"


def is_correction(source: str) -> bool:
    """Whether a label set of this source mends what a model found."""
    return source.startswith(CORRECTION)


def not_corrections() -> Q:
    """Label sets that are readings of their own."""
    return ~Q(source__startswith=CORRECTION)
