"""Training the U-Net on EfficientNet-Lite0: images live on the device, where crops are cut from them."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference.ml.architectures.base import FitJob, History
from inference.ml.lite0_training import as_inputs, begin_run, normalise, training_device
from inference.ml.metrics import eight_bit
from inference.ml.moving_crops import CropDrawer, cut_crops, layers_of, send_crops
from inference.ml.torch_loop import bf16_helps, train_in_epochs
from inference.ml.unet_lite0 import build_unet_lite0, lesion_loss
from inference.ml.unet_lite0_settings import UnetLite0Settings
from inference.ml.watch import watched_scores


def fit_unet_lite0(job: FitJob) -> tuple[nn.Module, str, History]:
    """Train from the newest checkpoint where there is one, on a GPU where there is one.

    Returns the averaged network on the CPU in evaluation mode, how it was initialised, and the metrics of
    each epoch. Emits started, resumed, step and epoch. Raises StaleAttempt once a newer attempt has begun.
    """
    settings: UnetLite0Settings = job.settings
    device = training_device()
    torch.set_num_threads(job.threads)
    torch.manual_seed(job.seed)
    network, initialisation = build_unet_lite0(settings, classes=len(job.classes))
    if job.start is not None:
        network.load_state_dict(job.start)
    total = settings.epochs * settings.steps_per_epoch
    run = begin_run(
        network, settings, device=device, steps=total, seed=job.seed, initialisation=initialisation
    )
    fast = settings.bf16 and bf16_helps(device)
    drawer = CropDrawer(job.train, settings, classes=job.classes)
    layers = layers_of(job.train, device=device)
    known = torch.from_numpy(job.train.known.astype(np.float32)).to(device)

    def losses() -> Iterator[Tensor]:
        drawn = [drawer.draw(run.draws) for _ in range(settings.steps_per_epoch)]
        for crops in send_crops(drawn, side=settings.side_px, crop_px=settings.crop_px, device=device):
            pictures, inside, labels = cut_crops(layers, crops, crop_px=settings.crop_px)
            truth, unsure = labels.tensor_split((len(job.classes),), dim=1)
            counted = inside * (1 - unsure) if unsure.shape[1] else inside
            inputs = normalise(pictures).contiguous(memory_format=torch.channels_last)
            with torch.autocast(device.type, torch.bfloat16, enabled=fast):
                logits = network(inputs)
            yield lesion_loss(
                logits.float(), truth, counted, known[crops.rows], positive_weight=settings.positive_weight
            )

    def watch() -> dict[str, float]:
        maps = (_whole_map(run.trained, picture, device=device) for picture in job.validation.images)
        return watched_scores(maps, job.validation, classes=job.classes)

    history = train_in_epochs(run, job, steps=settings.steps_per_epoch, losses=losses, watch=watch)
    return run.trained.cpu().eval(), run.initialisation, history


@torch.inference_mode()
def _whole_map(network: nn.Module, picture: NDArray[np.uint8], *, device: torch.device) -> NDArray[np.uint8]:
    """8-bit probabilities (S, S, C) of a whole picture uint8 (S, S, 3)."""
    probability = torch.sigmoid(network(as_inputs(picture[None], device=device)))[0].permute(1, 2, 0)
    return eight_bit(probability.float().cpu().numpy())
