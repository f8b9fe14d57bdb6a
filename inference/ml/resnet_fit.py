"""Training the classifier: one loop, read from top to bottom, that can stop after any epoch and go on."""

import io
import json
import time
from typing import Any

import numpy as np
import torch
from torch import Tensor

from inference.ml.balance import epoch_order
from inference.ml.checkpoints import BackgroundSaver, Checkpoint, CheckpointFolder
from inference.ml.data import Prepared
from inference.ml.events import Emit
from inference.ml.metrics import classification_scores
from inference.ml.resnet import DrClassifier, augment, build_classifier, normalise, weighted_cross_entropy
from inference.ml.settings import ResnetSettings

History = list[dict[str, Any]]


def fit_classifier(
    *,
    train: Prepared,
    validation: Prepared,
    settings: ResnetSettings,
    seed: int,
    threads: int,
    checkpoints: CheckpointFolder,
    emit: Emit,
    started: dict[str, Any],
) -> tuple[DrClassifier, str, History]:
    """Train on `train`, watching `validation` (which may be empty), from the newest checkpoint where there
    is one.

    Returns the network in evaluation mode, how it was initialised, and the metrics of each epoch.
    Emits started, resumed, step and epoch. Raises StaleAttempt once a newer attempt has begun.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    draws = np.random.default_rng(seed)
    found = checkpoints.newest()
    model, initialisation = build_classifier(settings)
    steps = -(
        -len(epoch_order(train.labels, balancing=settings.balancing, random=draws)) // settings.batch_size
    )
    optimizer = build_optimizer(model, settings)
    schedule = build_schedule(optimizer, settings, steps=steps)
    emit({"event": "started", "initialisation": initialisation, "steps_per_epoch": steps, **started})
    history: History = []
    if found is not None:
        initialisation = _restore(found, model=model, optimizer=optimizer, schedule=schedule, draws=draws)
        history = found.history
        emit({"event": "resumed", "epoch": found.epoch, "initialisation": initialisation})

    images, labels = torch.from_numpy(train.images), torch.from_numpy(train.labels)
    with BackgroundSaver(checkpoints, epochs=settings.epochs, saved=emit) as saver:
        for epoch in range(len(history) + 1, settings.epochs + 1):
            began = time.monotonic()
            order = epoch_order(train.labels, balancing=settings.balancing, random=draws)
            model.train()
            losses: list[float] = []
            for step, batch in enumerate(np.array_split(order, steps), start=1):
                loss = train_step(
                    images[batch],
                    labels[batch],
                    model=model,
                    optimizer=optimizer,
                    schedule=schedule,
                    settings=settings,
                )
                losses.append(loss)
                emit({"event": "step", "epoch": epoch, "step": step, "steps": steps, "loss": loss})
            if settings.refresh_statistics:
                refresh_statistics(model, images, batch_size=settings.batch_size)
            metrics = {"train_loss": float(np.mean(losses)), **_watch(model, validation, settings)}
            seconds = time.monotonic() - began
            record = {"event": "epoch", "epoch": epoch, "epochs": settings.epochs, "seconds": seconds}
            history.append({**record, "metrics": metrics})
            saver.epoch_done(
                lambda: _state(model, optimizer, schedule, draws=draws, initialisation=initialisation),
                history=history,
            )
    return model.eval(), initialisation, history


def train_step(
    images: Tensor,
    labels: Tensor,
    *,
    model: DrClassifier,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler | None,
    settings: ResnetSettings,
) -> float:
    """One optimizer step on uint8 images (N, S, S, 3) and labels (N,); returns the loss."""
    inputs = normalise(images)
    if settings.augment:
        inputs = augment(inputs, settings)
    optimizer.zero_grad(set_to_none=True)
    logits, _ = model(inputs)
    loss = weighted_cross_entropy(logits[:, 0], labels, no_dr_weight=settings.balancing.no_dr_weight)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    if schedule is not None:
        schedule.step()
    return float(loss.detach())


def refresh_statistics(model: DrClassifier, images: Tensor, *, batch_size: int) -> None:
    """Measure every batch normalisation's mean and variance anew on images uint8 (N, S, S, 3).

    The running averages of a short run still remember its first steps, and a network judged by them says
    nearly the same of every image. Reference: Wu and Johnson 2021, "Rethinking 'Batch' in BatchNorm".
    """
    layers = [layer for layer in model.modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # a plain average over the batches below
    model.train()
    parts = max(1, len(images) // batch_size)  # never a batch smaller than those it was trained with
    with torch.inference_mode():
        for part in torch.tensor_split(images, parts):
            model(normalise(part))
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum


def build_optimizer(model: DrClassifier, settings: ResnetSettings) -> torch.optim.Optimizer:
    """The optimizer that the settings name."""
    rate, decay = settings.learning_rate, settings.weight_decay
    if settings.optimizer == "sgd":
        return torch.optim.SGD(model.parameters(), rate, momentum=settings.momentum, weight_decay=decay)
    if settings.optimizer == "adam":
        return torch.optim.Adam(model.parameters(), rate, weight_decay=decay)
    return torch.optim.AdamW(model.parameters(), rate, weight_decay=decay)


def build_schedule(
    optimizer: torch.optim.Optimizer, settings: ResnetSettings, *, steps: int
) -> torch.optim.lr_scheduler.LRScheduler | None:
    """One-cycle over the whole run, or none."""
    if not settings.one_cycle:
        return None
    return torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=steps * settings.epochs + 1, pct_start=0.15
    )


def _watch(model: DrClassifier, validation: Prepared, settings: ResnetSettings) -> dict[str, float]:
    """Loss and scores on the validation fold; empty where there is none."""
    if not len(validation):
        return {}
    model.eval()
    with torch.inference_mode():
        logits = torch.cat(
            [
                model(normalise(torch.from_numpy(part)))[0][:, 0]
                for part in np.array_split(validation.images, -(-len(validation) // settings.batch_size))
            ]
        )
    labels = torch.from_numpy(validation.labels)
    loss = weighted_cross_entropy(logits, labels, no_dr_weight=settings.balancing.no_dr_weight)
    probability = torch.sigmoid(logits).double().numpy()
    scores = classification_scores(validation.labels.astype(np.float64), probability, threshold=0.5)
    return {"validation_loss": float(loss)} | {f"validation_{name}": value for name, value in scores.items()}


def _state(
    model: DrClassifier,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler | None,
    *,
    draws: np.random.Generator,
    initialisation: str,
) -> bytes:
    """Everything the next epoch depends on, as bytes that `torch.load(weights_only=True)` reads."""
    buffer = io.BytesIO()
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "schedule_step": schedule.last_epoch if schedule is not None else 0,
        "torch_random": torch.get_rng_state(),
        "numpy_random": json.dumps(draws.bit_generator.state),
        "initialisation": initialisation,
    }
    torch.save(state, buffer)
    return buffer.getvalue()


def _restore(
    found: Checkpoint,
    *,
    model: DrClassifier,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler | None,
    draws: np.random.Generator,
) -> str:
    """Put a checkpoint's state back; returns how the run was initialised at first."""
    state = torch.load(io.BytesIO(found.content), map_location="cpu", weights_only=True)
    model.load_state_dict(state["model"])
    if schedule is not None:
        schedule.last_epoch = state["schedule_step"]
    optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["torch_random"])
    draws.bit_generator.state = json.loads(state["numpy_random"])
    return str(state["initialisation"])
