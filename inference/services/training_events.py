"""What a training process says, written down: progress on the job, epochs on the run."""

from typing import Any

from core.services.job_context import JobContext
from inference.errors import MlRefusal
from inference.models import TrainingEpoch, TrainingRun

Event = dict[str, Any]


class TrainingEvents:
    """Takes the events of one attempt at one run; `refusal` and `done` keep how it ended."""

    def __init__(self, *, context: JobContext, run: TrainingRun, epochs: int) -> None:
        self.refusal: MlRefusal | None = None
        self.done: Event | None = None
        self._context = context
        self._run = run
        self._epochs = epochs
        self._steps = 1
        self._finished_epochs = 0

    def take(self, event: Event) -> None:
        """Write one event down; unknown ones are left alone. Raises as JobContext.progress does."""
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

    def _on_exporting(self, event: Event) -> None:
        self._progress("Exporting and testing the model")

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

    def _progress(self, message: str, *, step: int = 0) -> None:
        done = self._finished_epochs * self._steps + step
        total = max(self._epochs * self._steps, 1)
        self._context.progress(min(done, total - 1), total, message)
