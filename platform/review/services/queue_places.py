"""Keeps the review queue: finds the places anew of the patients that the database has marked.

A request keeps it up before it answers, so that what somebody just did shows at once; when a champion
changes, or an archive of images comes in, many are marked, and a chore does what a request has no time for.
"""

import time

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from annotations.models import FundusImage, Patient
from review.models import QueueMark, QueuePlace
from review.selectors.queue_facts import places_now

MARKS_AT_ONCE = 100
REQUEST_SECONDS = 0.05  # a batch takes about as long
_LOCK = 0x51554555  # any constant: names PostgreSQL's advisory lock of the queue


def keep_up(*, within_s: float = REQUEST_SECONDS) -> None:
    """Find the places of marked patients, one batch at least; no more once `within_s` seconds have passed."""
    until = time.monotonic() + within_s
    while QueueMark.objects.exists() and _take_marks():
        if time.monotonic() >= until:
            return


def mark_forgotten() -> int:
    """Mark patients who have images and no place, whyever that is; gives how many."""
    placed = QueuePlace.objects.filter(patient=OuterRef("pk"))
    images = FundusImage.objects.filter(exam__patient=OuterRef("pk"))
    forgotten = Patient.objects.filter(Exists(images), ~Exists(placed)).values_list("pk", flat=True)
    marks = QueueMark.objects.bulk_create(
        (QueueMark(patient_id=patient) for patient in forgotten), batch_size=MARKS_AT_ONCE
    )
    return len(marks)


@transaction.atomic
def _take_marks() -> int:
    """Do some marks, the oldest first, and say how many: nobody else does any meanwhile.

    What changes a place after it was read leaves another mark.
    """
    _lock_queue()
    marks = dict(QueueMark.objects.order_by("pk").values_list("pk", "patient_id")[:MARKS_AT_ONCE])
    patients = set(marks.values())
    QueueMark.objects.filter(pk__in=list(marks)).delete()
    places = places_now(patients)
    QueuePlace.objects.filter(pk__in=patients - {place.pk for place in places}).delete()
    QueuePlace.objects.bulk_create(
        places,
        update_conflicts=True,
        unique_fields=["patient"],
        update_fields=[field.name for field in QueuePlace._meta.concrete_fields if not field.primary_key],
    )
    return len(marks)


def _lock_queue() -> None:
    """Hold the queue until the transaction ends; SQLite's immediate transactions already do."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
