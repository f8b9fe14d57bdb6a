"""What trainings on EfficientNet-Lite0 share: how a run begins, pictures as the encoder expects them."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference.ml.lite0_input import CENTER, SPREAD
from inference.ml.torch_loop import TorchRun, one_cycle


def training_device() -> torch.device:
    """The GPU where there is one, else the CPU."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    torch.backends.cudnn.benchmark = True  # all crops have one size: the fastest way is looked for once
    return torch.device("cuda")


def begin_run(
    network: nn.Module,
    settings: Any,
    *,
    device: torch.device,
    steps: int,
    seed: int,
    initialisation: str,
) -> TorchRun:
    """A run of `steps` steps in all on the device: channels last, AdamW, one cycle, averaged weights."""
    network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.AdamW(
        network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
    )
    return TorchRun(
        network,
        optimizer=optimizer,
        schedule=one_cycle(optimizer, learning_rate=settings.learning_rate, steps=steps),
        seed=seed,
        initialisation=initialisation,
        averaging=settings.averaging,
        clip=settings.gradient_clip,
    )


def normalise(pictures: Tensor) -> Tensor:
    """Pictures 0 to 1 (N, 3, H, W) as the encoder expects them."""
    return (pictures - CENTER) / SPREAD


def as_inputs(pictures: NDArray[np.uint8], *, device: torch.device | str = "cpu") -> Tensor:
    """Pictures uint8 (N, H, W, 3) as a normalised batch (N, 3, H, W) on the device."""
    return normalise(torch.from_numpy(pictures).to(device).permute(0, 3, 1, 2).float() / 255)
