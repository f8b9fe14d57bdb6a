"""Job kinds of the real-process tests. Each writes what it did as one line into DATA_DIR/effects.log."""

import json
import os
import signal
import time
from typing import Any

from django.conf import settings

from core.job_handlers import job_handler
from core.services.child_process import run_child
from core.services.job_context import JobContext
from core.states import Queue


def note(context: JobContext, what: str) -> None:
    """Append one line; a short append is one step for the system, so lines never mix."""
    line = json.dumps({"job": str(context.job.pk), "attempt": context.job.attempt, "what": what})
    with (settings.DATA_DIR / "effects.log").open("a", encoding="utf-8") as file:
        file.write(line + "\n")


@job_handler(kind="test.note", queue=Queue.SHORT)
def take_note(context: JobContext) -> dict[str, Any]:
    """Work for a moment, then write the result as every handler does: while owning the job."""
    note(context, "started")
    time.sleep(float(context.payload.get("seconds", 0.02)))
    with context.fenced():
        note(context, "finished")
    return {}


@job_handler(kind="test.child", queue=Queue.TRAIN)
def run_a_child(context: JobContext) -> dict[str, Any]:
    """Do the work in a child process, as training does."""
    note(context, "started")
    run_child(
        context=context,
        module="tests.processes.child",
        arguments=[],
        settings={
            "seconds": context.payload["seconds"],
            "beats": str(settings.DATA_DIR / f"beats-{context.job.pk}.log"),
            "attempt": context.job.attempt,
        },
        on_event=lambda event: context.progress(event["step"], event["steps"]),
    ).check()
    with context.fenced():
        note(context, "finished")
    return {}


@job_handler(kind="test.poison", queue=Queue.TRAIN)
def end_the_worker(context: JobContext) -> dict[str, Any]:
    """Kill the worker outright, as the system does when memory runs out."""
    note(context, "started")
    os.kill(os.getpid(), signal.SIGKILL)
    return {}
