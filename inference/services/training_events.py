"""What a training process says, written down: progress on the job, epochs on the run."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from core.services.job_context import JobContext
from inference.errors import MlRefusal
from inference.models import TrainingEpoch, TrainingRun

Event = dict[str, Any]
AfterEpoch = Callable[[int, Mapping[str, Any]], None]
LIVE_EVERY_S = 2.0


class Pace:
    """How fast steps go by: lately, and since the start with all that lies between two epochs."""

    LATELY_S = 20.0

    def __init__(self) -> None:
        self._seen: deque[tuple[int, float]] = deque()
        self._first: tuple[int, float] | None = None

    def passed(self, step: int, *, at: float) -> None:
        """Note a finished step; `at` in seconds of any clock."""
        self._first = self._first or (step, at)
        self._seen.append((step, at))
        while len(self._seen) > 2 and at - self._seen[1][1] > self.LATELY_S:
            self._seen.popleft()

    @property
    def steps_per_second(self) -> float | None:
        """Of the last twenty seconds; None before the second step."""
        return self._rate(self._seen[0]) if self._seen else None

    def seconds_for(self, steps: int) -> float | None:
        """How long so many more steps will take at the pace so far; None before the second step."""
        rate = self._rate(self._first) if self._first else None
        return steps / rate if rate else None

    def _rate(self, since: tuple[int, float]) -> float | None:
        step, at = self._seen[-1]
        return (step - since[0]) / (at - since[1]) if at > since[1] else None


class TrainingEvents:
    """Takes the events of one attempt at one run; `refusal` and `done` keep how it ended.

    `after_epoch` is told each finished epoch and its metrics once they are written; what it raises goes on.
    """

    def __init__(
        self,
        *,
        context: JobContext,
        run: TrainingRun,
        epochs: int,
        after_epoch: AfterEpoch | None = None,
    ) -> None:
        self.refusal: MlRefusal | None = None
        self.done: Event | None = None
        self._context = context
        self._run = run
        self._epochs = epochs
        self._after_epoch = after_epoch
        self._steps = 1
        self._finished_epochs = 0
        self._pace = Pace()
        self._memory_bytes: int | None = None
        self._live_at = float("-inf")

    def take(self, event: Event) -> None:
        """Write one event down; unknown ones are left alone. Raises as JobContext.progress does."""
        self._memory_bytes = event.get("memory_bytes") or self._memory_bytes
        handler = getattr(self, f"_on_{str(event.get('event', '')).replace('-', '_')}", None)
        if handler is not None:
            handler(event)

    def _on_preparing(self, event: Event) -> None:
        done, total = int(event["done"]), int(event["total"])
        self._context.progress(min(done, total - 1), total, f"Preparing images, {done} of {total}")

    def _on_started(self, event: Event) -> None:
        self._steps = max(1, int(event.get("steps_per_epoch") or 1))
        self._epochs = int(event.get("epochs") or self._epochs)
        self._note(event)
        self._progress("Training starts")

    def _on_resumed(self, event: Event) -> None:
        self._finished_epochs = int(event["epoch"])
        self._note(event)
        self._progress(f"Goes on after epoch {event['epoch']}")

    def _on_step(self, event: Event) -> None:
        self._steps = max(1, int(event.get("steps") or self._steps))
        loss = event.get("loss")
        shown = "" if loss is None else f", loss {float(loss):.3f}"
        message = f"Epoch {event['epoch']} of {self._epochs}, step {event['step']} of {self._steps}{shown}"
        self._progress(message, step=int(event["step"]))
        self._show_live(epoch=int(event["epoch"]), step=int(event["step"]))

    def _on_epoch(self, event: Event) -> None:
        with self._context.fenced():
            TrainingEpoch.objects.update_or_create(
                run=self._run,
                epoch=int(event["epoch"]),
                defaults={
                    "attempt": self._context.job.attempt,
                    "seconds": float(event.get("seconds") or 0),
                    "metrics": event.get("metrics") or {},
                },
            )
        self._finished_epochs = int(event["epoch"])
        self._epochs = int(event.get("epochs") or self._epochs)
        self._progress(f"Epoch {event['epoch']} of {self._epochs} finished")
        if self._after_epoch is not None:
            self._after_epoch(int(event["epoch"]), event.get("metrics") or {})

    def _on_exporting(self, event: Event) -> None:
        self._progress("Exporting and testing the model")

    def _on_scoring(self, event: Event) -> None:
        self._progress(f"Scoring images, {event['done']} of {event['total']}")

    def _on_done(self, event: Event) -> None:
        self.done = event

    def _on_error(self, event: Event) -> None:
        self.refusal = MlRefusal(
            str(event.get("message") or "The training process reported an error."),
            code=str(event.get("code") or "training_failed")[:64],
            remedy=str(event.get("remedy") or ""),
        )

    def _note(self, event: Event) -> None:
        """Keep what a person should read beside the result, such as how the network was initialised."""
        note = f"Started from {event.get('initialisation') or 'an unknown state'}."
        if note in self._run.notes:
            return
        self._run.notes = [*self._run.notes, note]
        with self._context.fenced():
            self._run.save(update_fields=["notes"])

    def _show_live(self, *, epoch: int, step: int) -> None:
        """Write pace, time left and memory to the run, every few seconds."""
        done = (epoch - 1) * self._steps + step
        self._pace.passed(done, at=time.monotonic())
        if time.monotonic() - self._live_at < LIVE_EVERY_S:
            return
        self._live_at = time.monotonic()
        self._run.live = {
            "epoch": epoch,
            "epochs": self._epochs,
            "steps_per_second": self._pace.steps_per_second,
            "seconds_left": self._pace.seconds_for(self._epochs * self._steps - done),
            "memory_bytes": self._memory_bytes,
        }
        with self._context.fenced():
            self._run.save(update_fields=["live"])

    def _progress(self, message: str, *, step: int = 0) -> None:
        done = self._finished_epochs * self._steps + step
        total = max(self._epochs * self._steps, 1)
        self._context.progress(min(done, total - 1), total, message)
