"""Every network that can be trained, in one table: a new one is a module here and a line below."""

from collections.abc import Mapping

from inference.ml.architectures.base import Architecture
from inference.ml.architectures.efficientnet_lite0 import EFFICIENTNET_LITE0
from inference.ml.architectures.lesion_fusion import LESION_FUSION
from inference.ml.architectures.resnet50 import RESNET50
from inference.ml.architectures.unet import UNET
from inference.ml.architectures.unet_lite0 import UNET_LITE0
from inference.ml.settings import Settings

ARCHITECTURES: Mapping[type[Settings], Architecture] = {
    architecture.settings: architecture
    for architecture in (RESNET50, EFFICIENTNET_LITE0, LESION_FUSION, UNET, UNET_LITE0)
}


def architecture_of(settings: Settings) -> Architecture:
    """The architecture that these settings train."""
    return ARCHITECTURES[type(settings)]
