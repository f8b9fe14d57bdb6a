"""Ends imports that nobody will end: never started, or stopped together with what ran them."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from annotations.models import Import
from annotations.services.data_in.imports import drop_staged_files
from annotations.services.via.via_sets import discard_unpublished
from annotations.states import IMPORT_MOVES, ImportState
from core.services import audit
from core.states import FINAL_STATES, JobState

COLLECTS_AT_MOST = timedelta(days=7)
HELD_AT_MOST = timedelta(days=7)  # uploads of a dry run or a refused import, for another try
COMMAND_TAKES_AT_MOST = timedelta(days=1)
ENDED = [state for state, moves in IMPORT_MOVES.items() if not moves]


def end_abandoned_imports(*, now: datetime | None = None) -> int:
    """End them, and remove the uploads and unpublished label sets of all ended imports; gives how many.

    Abandoned: started, and its job has ended; started from a command line a day ago; or collecting files
    for a week. An import that came to a report by itself may be repeated: its uploads stay for a week.
    """
    now = now or timezone.now()
    abandoned = Import.objects.filter(
        Q(state=ImportState.STARTED, job__state__in=FINAL_STATES)
        | Q(state=ImportState.STARTED, job=None, created_at__lt=now - COMMAND_TAKES_AT_MOST)
        | Q(state=ImportState.COLLECTING, created_at__lt=now - COLLECTS_AT_MOST)
    )
    ended = 0
    for batch in abandoned.select_related("job"):
        discard_unpublished(batch=batch, open_transaction=transaction.atomic)
        ended += _end(batch)
    may_be_repeated = Q(created_at__gte=now - HELD_AT_MOST) & ~Q(report={})
    with_files = Import.objects.filter(state__in=ENDED, files__file__gt="")
    for batch in with_files.exclude(may_be_repeated).distinct():
        drop_staged_files(batch=batch)
    return ended


@transaction.atomic
def _end(batch: Import) -> bool:
    failed = batch.job is not None and batch.job.state != JobState.CANCELLED
    to = ImportState.FAILED if failed else ImportState.CANCELLED
    if not Import.objects.filter(pk=batch.pk, state=batch.state).update(state=to):
        return False
    audit.record(
        actor=None, action="import.end", obj=batch, before={"state": batch.state}, after={"state": to}
    )
    return True
