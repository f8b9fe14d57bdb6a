"""Training the EfficientNet-Lite0 classifier: images live on the device, where they are turned and tinted."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference.ml.architectures.base import FitJob, History
from inference.ml.balance import balanced_batches
from inference.ml.data import Prepared
from inference.ml.efficientnet_lite0 import build_efficientnet_lite0, known_cross_entropy
from inference.ml.efficientnet_lite0_settings import EfficientnetLite0Settings
from inference.ml.lite0_training import as_inputs, begin_run, normalise, training_device
from inference.ml.metrics import roc_auc
from inference.ml.moving_crops import cut_crops, layers_of, moved_and_tinted, send_crops
from inference.ml.torch_loop import bf16_helps, train_in_epochs

Build = Callable[[FitJob], tuple[nn.Module, str]]


def fit_efficientnet_lite0(job: FitJob) -> tuple[nn.Module, str, History]:
    """Train the network that sees the picture alone, as `fit_lite0_classifier`."""

    def build(job: FitJob) -> tuple[nn.Module, str]:
        return build_efficientnet_lite0(job.settings, classes=len(job.classes))

    return fit_lite0_classifier(job, build=build)


def fit_lite0_classifier(job: FitJob, *, build: Build) -> tuple[nn.Module, str, History]:
    """Train from the newest checkpoint where there is one, on a GPU where there is one.

    The network is given pictures and, where the job's images have them, findings.
    Returns the averaged network on the CPU in evaluation mode, how it was initialised, and the metrics of
    each epoch. Emits started, resumed, step and epoch. Raises StaleAttempt once a newer attempt has begun.
    """
    settings: EfficientnetLite0Settings = job.settings
    device = training_device()
    torch.set_num_threads(job.threads)
    torch.manual_seed(job.seed)
    network, initialisation = build(job)
    steps = -(-len(job.train) // settings.batch_size)
    total = settings.epochs * steps
    run = begin_run(
        network, settings, device=device, steps=total, seed=job.seed, initialisation=initialisation
    )
    fast = settings.bf16 and bf16_helps(device)
    layers = layers_of(job.train, device=device)
    truth = torch.from_numpy(truth_of(job.train, classes=job.classes)).to(device)
    lesions = on_device(job.train.lesions, device)
    middle = np.full((settings.batch_size, 2), settings.side_px / 2, np.float32)

    def losses() -> Iterator[Tensor]:
        batches = balanced_batches(
            job.train.labels, batch_size=settings.batch_size, steps=steps, random=run.draws
        )
        drawn = [moved_and_tinted(run.draws, settings, image=rows, middle=middle) for rows in batches]
        for crops in send_crops(drawn, side=settings.side_px, crop_px=settings.side_px, device=device):
            pictures, _, _ = cut_crops(layers, crops, crop_px=settings.side_px)
            inputs = normalise(pictures).contiguous(memory_format=torch.channels_last)
            with torch.autocast(device.type, torch.bfloat16, enabled=fast):
                logits, _ = network(inputs, *(values[crops.rows] for values in lesions))
            yield known_cross_entropy(logits.float(), truth[crops.rows], smoothing=settings.label_smoothing)

    def watch() -> dict[str, float]:
        return _watch(run.trained, job.validation, classes=job.classes, device=device)

    history = train_in_epochs(run, job, steps=steps, losses=losses, watch=watch)
    return run.trained.cpu().eval(), run.initialisation, history


def on_device(lesions: NDArray[np.float32] | None, device: torch.device) -> tuple[Tensor, ...]:
    """The findings as the network's further inputs: none, or one (N, F)."""
    return () if lesions is None else (torch.from_numpy(lesions).to(device),)


def truth_of(prepared: Prepared, *, classes: tuple[str, ...]) -> Any:
    """What is known of each image, float32 (N, C): 1, 0, or NaN where the reading does not say."""
    known = {"DR": prepared.labels, "REF": prepared.referable}
    return np.stack([known[name] for name in classes], axis=1)


@torch.inference_mode()
def _watch(
    network: nn.Module, validation: Prepared, *, classes: tuple[str, ...], device: torch.device
) -> dict[str, float]:
    """The AUC of each class on the validation images, seen one way; empty where there are none."""
    if not len(validation):
        return {}
    lesions = on_device(validation.lesions, device)
    logits = []
    for row, picture in enumerate(validation.images):
        beside = (values[row : row + 1] for values in lesions)
        logits.append(network(as_inputs(picture[None], device=device), *beside)[0][0].float().cpu().numpy())
    said = np.stack(logits).astype(np.float64)
    truth = truth_of(validation, classes=classes).astype(np.float64)
    known = np.isfinite(truth)
    return {
        f"validation_{name}_auc": roc_auc(truth[known[:, index], index], said[known[:, index], index])
        for index, name in enumerate(classes)
    }
