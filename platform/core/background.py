"""The project's own task decorator: Celery's bare ones are not used anywhere else."""

from collections.abc import Callable
from typing import TypeVar, cast

from celery import shared_task

Task = TypeVar("Task", bound=Callable[..., None])


def background_task(*, name: str) -> Callable[[Task], Task]:
    """Make a function a Celery task: acknowledged late, no result kept, never retried by Celery.

    Retries belong to the job's row, which counts attempts; see core.services.jobs.
    """

    def make(function: Task) -> Task:
        task = shared_task(name=name, acks_late=True, ignore_result=True, max_retries=0)(function)
        return cast("Task", task)

    return make
