"""Runs a training in a child process and writes down what it says."""

from typing import Any, Literal

from core.services.child_process import REFUSED, ChildCrashed, ChildExit, run_child
from core.services.job_context import JobContext
from inference.errors import TrainingFailed
from inference.models import TrainingRun
from inference.services.training_events import AfterEpoch, TrainingEvents
from inference.services.training_runs import checked_settings
from inference.states import ModelTask

LOG_TAIL_CHARS = 8000


def train_in_child(
    *,
    context: JobContext,
    run: TrainingRun,
    settings: dict[str, Any],
    command: Literal["train", "trial"] = "train",
    after_epoch: AfterEpoch | None = None,
) -> None:
    """Run `python -m inference.ml train` to its end; its model then lies in the settings' `out_dir`.

    A `trial` makes no model. What `after_epoch` raises stops the child and goes on.
    Raises TrainingFailed for a refusal, and for a crash at the last attempt; ChildCrashed for an earlier
    one, so that the job is tried again. Cancelling stops the child first, then raises JobCancelled.
    """
    _, preset = checked_settings(task=ModelTask(run.task), preset=run.preset, settings=run.settings)
    epochs = int(run.settings.get("epochs", preset.settings.epochs))
    events = TrainingEvents(context=context, run=run, epochs=epochs, after_epoch=after_epoch)

    def keep_log(tail: str) -> None:
        with context.fenced():
            run.log_tail = tail[-LOG_TAIL_CHARS:]
            run.save(update_fields=["log_tail"])

    ended = run_child(
        context=context,
        module="inference.ml",
        arguments=[command],
        settings=settings,
        on_event=events.take,
        on_log=keep_log,
        threads=settings["threads"],
    )
    keep_log(ended.stderr_tail)
    if events.refusal is not None and ended.status == REFUSED:
        raise TrainingFailed(events.refusal.message, code=events.refusal.code, remedy=events.refusal.remedy)
    try:
        ended.check()
    except ChildCrashed as error:
        if context.job.attempt < context.job.max_attempts:
            raise
        raise _given_up(context, ended) from error


def _given_up(context: JobContext, ended: ChildExit) -> TrainingFailed:
    how = f"by signal {-ended.status}" if ended.status < 0 else f"with status {ended.status}"
    return TrainingFailed(
        f"The training process ended {how} in each of {context.job.attempt} attempts.",
        code="training_crashed",
        remedy="See the run's log. Signal 9 often means too little memory: use a smaller batch.",
    )
