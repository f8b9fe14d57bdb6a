"""Regions of a label set as they stand, or stood, in one revision."""

from django.db.models import Q, QuerySet

from annotations.models import LabelSet, Region


def regions_of(label_set: LabelSet, *, revision: int | None = None) -> QuerySet[Region]:
    """The regions of one revision (the current one by default), lesion class joined, oldest first."""
    regions = Region.objects.filter(label_set=label_set).select_related("lesion_class").order_by("id")
    if revision is None or revision == label_set.revision:
        return regions.filter(removed_in=None)
    return regions.filter(Q(removed_in=None) | Q(removed_in__gt=revision), created_in__lte=revision)
