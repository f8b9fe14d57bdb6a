"""Training the ResNet-50 classifier."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from inference.ml.architectures.base import FitJob, History
from inference.ml.balance import epoch_order
from inference.ml.data import Prepared
from inference.ml.metrics import classification_scores
from inference.ml.resnet import DrClassifier, augment, build_classifier, normalise, weighted_cross_entropy
from inference.ml.resnet_settings import ResnetSettings
from inference.ml.torch_loop import TorchRun, one_cycle, train_in_epochs


def fit_classifier(job: FitJob) -> tuple[DrClassifier, str, History]:
    """Train from the newest checkpoint where there is one.

    Returns the network in evaluation mode, how it was initialised, and the metrics of each epoch.
    Emits started, resumed, step and epoch. Raises StaleAttempt once a newer attempt has begun.
    """
    settings: ResnetSettings = job.settings
    torch.set_num_threads(job.threads)
    torch.manual_seed(job.seed)
    model, initialisation = build_classifier(settings)
    images, labels = torch.from_numpy(job.train.images), torch.from_numpy(job.train.labels)
    drawn = epoch_order(
        job.train.labels, balancing=settings.balancing, random=np.random.default_rng(job.seed)
    )
    steps = -(-len(drawn) // settings.batch_size)
    run = _new_run(model, settings, steps=steps, seed=job.seed, initialisation=initialisation)

    def losses() -> Iterator[Tensor]:
        order = epoch_order(job.train.labels, balancing=settings.balancing, random=run.draws)
        for batch in np.array_split(order, steps):
            yield batch_loss(images[batch], labels[batch], model=model, settings=settings)

    def watch() -> dict[str, float]:
        if settings.refresh_statistics:
            refresh_statistics(model, images, batch_size=settings.batch_size)
        return _watch(model, job.validation, settings)

    history = train_in_epochs(run, job, steps=steps, losses=losses, watch=watch)
    return model.eval(), run.initialisation, history


def _new_run(
    model: DrClassifier, settings: ResnetSettings, *, steps: int, seed: int, initialisation: str
) -> TorchRun:
    optimizer = build_optimizer(model, settings)
    schedule = None
    if settings.one_cycle:
        total = steps * settings.epochs
        schedule = one_cycle(optimizer, learning_rate=settings.learning_rate, steps=total)
    return TorchRun(model, optimizer=optimizer, schedule=schedule, seed=seed, initialisation=initialisation)


def batch_loss(images: Tensor, labels: Tensor, *, model: DrClassifier, settings: ResnetSettings) -> Tensor:
    """The loss on uint8 images (N, S, S, 3) and labels (N,)."""
    inputs = normalise(images)
    if settings.augment:
        inputs = augment(inputs, settings)
    logits, _ = model(inputs)
    return weighted_cross_entropy(logits[:, 0], labels, no_dr_weight=settings.balancing.no_dr_weight)


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
