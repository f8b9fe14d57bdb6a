"""Tells the audit log who looked at whom: one event for each person and minute.

Reading never queues behind a write. What was seen is written by a thread of its own, a second or two later; a
chore turns the rows of a minute that has passed into events of the chain.
"""

import atexit
import logging
import queue
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from core.models import Viewing
from core.models.viewing import VIEW
from core.services import audit

log = logging.getLogger(__name__)

GRACE = timedelta(seconds=20)  # for rows of the minute before that are still on their way
AT_ONCE = 2000
KEPT_BEHIND = 10_000
_GATHER_S = 1.0
_TRY_AGAIN_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A person looked at something; `minute` is the beginning of that minute."""

    person: int
    minute: datetime
    object_type: str
    object_id: str
    title: str = ""


def note_viewing(seen: Seen) -> None:
    """Write down what a person looked at, behind the request that they wait for."""
    if settings.VIEWINGS_BEHIND:
        _BEHIND.put(seen)
    else:
        write_viewings([seen])


def write_viewings(seen: Iterable[Seen]) -> None:
    """Write rows; those that are there stay as they are."""
    rows = [
        Viewing(
            person_id=one.person,
            minute=one.minute,
            object_type=one.object_type,
            object_id=one.object_id,
            title=one.title[:100],
        )
        for one in set(seen)
    ]
    Viewing.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def chain_viewings(*, now: datetime | None = None) -> int:
    """Turn the viewings of passed minutes into audit events, one for each person and minute; gives how many.

    `after` names what was seen by type and id, with what people call it.
    """
    ended = (now or timezone.now()) - timedelta(minutes=1) - GRACE
    waiting = Viewing.objects.select_for_update().filter(minute__lte=ended)
    rows = list(waiting.order_by("minute", "person", "pk")[:AT_ONCE])
    people = get_user_model().objects.in_bulk({row.person_id for row in rows})
    events = 0
    for (minute, person), some in groupby(rows, key=lambda row: (row.minute, row.person_id)):
        seen = {row.object_id: row.title for row in some}
        audit.record(
            actor=people[person], action=VIEW, after={"minute": minute.isoformat(), "patients": seen}
        )
        events += 1
    Viewing.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return events


class _Behind:
    """Writes viewings from a thread that begins with the first one; what waits is written before the end."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Seen] = queue.Queue(maxsize=KEPT_BEHIND)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def put(self, seen: Seen) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():  # a fork has none
                self._thread = threading.Thread(target=self._write_on, name="viewings", daemon=True)
                self._thread.start()
                atexit.register(self._write_rest)
        self._waiting.put(seen)  # waits where the database has been away for thousands of pictures

    def _write_on(self) -> None:
        while True:
            some = [self._waiting.get()]
            time.sleep(_GATHER_S)
            some += self._rest()
            while not self._written(some):
                time.sleep(_TRY_AGAIN_S)

    def _write_rest(self) -> None:
        self._written(self._rest())

    def _rest(self) -> list[Seen]:
        some = []
        while not self._waiting.empty():
            some.append(self._waiting.get())
        return some

    def _written(self, some: list[Seen]) -> bool:
        try:
            write_viewings(some)
        except DatabaseError as error:
            log.warning("viewings wait to be written: %s", error)
            return False
        finally:
            connections.close_all()
        return True


_BEHIND = _Behind()
