"""Django's entry to review."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

from review import queue_triggers


class ReviewConfig(AppConfig):
    """Verdicts on findings, decisions for patients, signatures and their reports."""

    name = "review"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep the queue's triggers out of the way of migrations."""
        pre_migrate.connect(_drop_queue_triggers, sender=self)
        post_migrate.connect(_create_queue_triggers, sender=self)


def _drop_queue_triggers(using: str, plan: Sequence[object] = (), **_: Any) -> None:
    if plan:
        queue_triggers.drop(connections[using])


def _create_queue_triggers(using: str, plan: Sequence[object] = (), **_: Any) -> None:
    """Also mark everybody, after migrations: nothing saw what others wrote meanwhile."""
    queue_triggers.create(connections[using], mark_all=bool(plan))
