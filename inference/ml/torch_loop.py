"""What every training in torch shares: a run's state and steps, one-cycle, averaged weights, checkpoints.

Imports torch: for child processes and commands, never the web.
"""

import io
import json
import time
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

from inference.ml.architectures.base import FitJob, History
from inference.ml.checkpoints import BackgroundSaver

WARM_UP = 0.15  # share of the steps over which one-cycle rises


class TorchRun:
    """Network, optimizer, schedule, averaged weights and draws of one run: all that its next step depends on.

    `averaging`: share that the average keeps at each step, 0 for none. `clip`: largest norm of the gradient,
    0 for any. Draws come from `draws` or torch's global generator, both on the CPU, so that they are kept.
    """

    def __init__(
        self,
        network: nn.Module,
        *,
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler | None,
        seed: int,
        initialisation: str,
        averaging: float = 0.0,
        clip: float = 0.0,
    ) -> None:
        self.network = network
        self.optimizer = optimizer
        self.schedule = schedule
        self.draws = np.random.default_rng(seed)
        self.initialisation = initialisation
        self.steps = 0
        self._average = deepcopy(network).eval() if averaging else None
        self._followed = _moving_parts(network), _moving_parts(self.trained)
        self._averaging = averaging
        self._clip = clip

    @property
    def trained(self) -> Any:
        """The network to use: the average of its weights where one is kept."""
        return self._average if self._average is not None else self.network

    def learn(self, loss: Tensor) -> Tensor:
        """One optimizer step down that loss; returns its value, still on the device."""
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        if self._clip:
            nn.utils.clip_grad_norm_(self.network.parameters(), self._clip)
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        self.steps += 1
        if self._average is not None:
            # Early on the average follows closely: it must not remember the random start.
            network, average = self._followed
            keep = min(self._averaging, self.steps / (self.steps + 9))
            get_ema_multi_avg_fn(keep)(average, network, self.steps)  # type: ignore[no-untyped-call]
        return loss.detach()

    def state(self) -> bytes:
        """Everything, as bytes that `torch.load(weights_only=True)` reads."""
        buffer = io.BytesIO()
        state = {
            "network": self.network.state_dict(),
            "average": self._average.state_dict() if self._average is not None else None,
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.last_epoch if self.schedule is not None else 0,
            "steps": self.steps,
            "torch_random": torch.get_rng_state(),
            "numpy_random": json.dumps(self.draws.bit_generator.state),
            "initialisation": self.initialisation,
        }
        torch.save(state, buffer)
        return buffer.getvalue()

    def restore(self, content: bytes) -> None:
        """Go back to a state that `state` gave."""
        state = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        self.network.load_state_dict(state["network"])
        if self._average is not None:
            self._average.load_state_dict(state["average"])
        if self.schedule is not None:
            self.schedule.last_epoch = state["schedule"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.steps = state["steps"]
        torch.set_rng_state(state["torch_random"])
        self.draws.bit_generator.state = json.loads(state["numpy_random"])
        self.initialisation = state["initialisation"]


def train_in_epochs(
    run: TorchRun,
    job: FitJob,
    *,
    steps: int,
    losses: Callable[[], Iterator[Tensor]],
    watch: Callable[[], dict[str, float]],
) -> History:
    """Train from the newest checkpoint where there is one; returns the metrics of each epoch.

    `losses` yields the `steps` losses of one epoch, each made after the step before it; `watch` gives the
    metrics of a finished epoch. Emits started, resumed, step and epoch. Raises StaleAttempt once a newer
    attempt has begun.
    """
    epochs = job.settings.epochs
    started = {"initialisation": run.initialisation, "steps_per_epoch": steps, **job.started}
    job.emit({"event": "started", **started})
    history: History = []
    found = job.checkpoints.newest()
    if found is not None:
        run.restore(found.content)
        history = found.history
        job.emit(found.resumed(initialisation=run.initialisation))
    with BackgroundSaver(job.checkpoints, epochs=epochs, saved=job.emit) as saver:
        for epoch in range(len(history) + 1, epochs + 1):
            began = time.monotonic()
            run.network.train()
            told: list[float] = []
            for step, loss in enumerate(_one_step_late(map(run.learn, losses())), start=1):
                told.append(loss)
                job.emit({"event": "step", "epoch": epoch, "step": step, "steps": steps, "loss": loss})
            run.trained.eval()  # watching must teach nothing, not even statistics of batches
            metrics = {"train_loss": float(np.mean(told)), **watch()}
            seconds = time.monotonic() - began
            record = {"event": "epoch", "epoch": epoch, "epochs": epochs, "seconds": seconds}
            history.append({**record, "metrics": metrics})
            saver.epoch_done(run.state, history=history)
    return history


def _one_step_late(losses: Iterable[Tensor]) -> Iterator[float]:
    """Each loss as a number once the next step is under way: a GPU never waits for one to be read."""
    waiting: Tensor | None = None
    for loss in losses:
        if waiting is not None:
            yield float(waiting)
        waiting = loss
    if waiting is not None:
        yield float(waiting)


def bf16_helps(device: torch.device) -> bool:
    """Whether that device computes in bfloat16 itself: GPUs do, and CPUs with the instructions for it."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    known = torch.cpu.get_capabilities()
    return bool(known.get("avx512_bf16") or known.get("amx_bf16"))


def one_cycle(
    optimizer: torch.optim.Optimizer, *, learning_rate: float, steps: int
) -> torch.optim.lr_scheduler.LRScheduler:
    """One cycle over a run of `steps`: up for the first 15 %, then down to nearly nothing."""
    return torch.optim.lr_scheduler.OneCycleLR(
        optimizer, learning_rate, total_steps=steps + 1, pct_start=WARM_UP
    )


def _moving_parts(network: nn.Module) -> list[Tensor]:
    """Weights and statistics: what an average is taken of. Counters are none of them."""
    return [values for values in network.state_dict().values() if values.dtype.is_floating_point]
