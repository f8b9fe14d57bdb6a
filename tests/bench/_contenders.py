"""Four ways to train a lesion segmenter, which `comparison.py` holds beside each other.

Each is given the same `Assignment` and gives back a `Trained`. All see the field of view cut out. Frameworks
are imported when a contender is called: torch and TensorFlow share no process.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.arrays import BoolMask, RgbImage
from inference.ml.architectures import architecture_of
from inference.ml.architectures.base import FitJob
from inference.ml.card import prediction_part
from inference.ml.checkpoints import CheckpointFolder
from inference.ml.data import Prepared, prepare
from inference.ml.engine import Segmenter
from inference.ml.manifest import Item
from inference.ml.metrics import eight_bit
from inference.ml.model_store import StoredModel
from inference.ml.presets import PRESETS

STUDY_CLASSES = ("HE", "EX")  # the first of every assignment's classes
CROP_PX = 256  # of ours, so that it spends exactly the pixels of the others
PLAIN_SIDE_PX = 512
PLAIN_LEARNING_RATE = 1e-3  # Adam's usual
Maps = Callable[[RgbImage, BoolMask], NDArray[np.uint8]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The images to learn from, and how many steps of how many pixels it may take.

    `pixels`: of all pictures of one step together. `cache`: where decoded images are kept.
    """

    train: tuple[Item, ...]
    classes: tuple[str, ...]
    steps: int
    pixels: int
    seed: int
    threads: int
    cache: Path

    def images(self, *, side: int, classes: tuple[str, ...], soft: bool = False) -> Prepared:
        """The training images in squares of `side` pixels."""
        return prepare(
            self.train, side=side, classes=classes, soft=soft, cache=self.cache, threads=self.threads
        )

    def batch_size(self, *, side: int) -> int:
        """How many squares of `side` pixels one step may hold."""
        return max(1, self.pixels // side**2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A segmenter of pictures of `side` pixels. `how`: what it started from; `seconds`: of training alone.

    `maps` gives 8-bit probabilities (C, S, S) of a picture and its field of view.
    """

    side: int
    classes: tuple[str, ...]
    maps: Maps
    seconds: float
    how: str


Contender = Callable[[Assignment], Trained]


def study_unet(given: Assignment) -> Trained:
    """The study's preset: Keras U-Net, the whole image at 256 px, softmax; hemorrhages and exudates only."""
    side = PRESETS["study_unet"].settings.side_px
    return _trained_by_preset("study_unet", given, classes=STUDY_CLASSES, seen_px=side)


def unet_lite0(given: Assignment) -> Trained:
    """Ours without a GPU: crops around lesions at a field of view of 1024 px, every class."""
    return _trained_by_preset(
        "cpu_unet_lite0", given, classes=given.classes, seen_px=CROP_PX, crop_px=CROP_PX, final_epochs=0
    )


def smp_unet(given: Assignment) -> Trained:
    """segmentation_models_pytorch's `Unet()` with its Dice loss, the image resized.

    Its default encoder, ResNet-34, where the ImageNet weights can be fetched; else the encoder of ours, whose
    ImageNet weights are at hand, for random ones would be no match.
    """
    import segmentation_models_pytorch as smp
    import torch

    from inference.ml.lite0_weights import load_lite0
    from inference.ml.unet_lite0 import ENCODER

    torch.manual_seed(given.seed)
    encoder, classes = "resnet34", len(given.classes)
    try:
        network = smp.Unet(encoder, classes=classes)
    except OSError:  # no network, and no copy of the weights
        encoder = ENCODER
        network = smp.Unet(encoder, encoder_weights=None, classes=classes)
        load_lite0(network.encoder)
    expected = smp.encoders.get_preprocessing_params(encoder, pretrained="imagenet")
    loss = smp.losses.DiceLoss(mode="multilabel")
    return _trained_plainly(
        network, loss, given, mean=expected["mean"], std=expected["std"], how=f"{encoder}, ImageNet"
    )


def monai_basic_unet(given: Assignment) -> Trained:
    """MONAI's BasicUNet with its Dice and cross-entropy loss, the image resized."""
    import torch
    from monai.losses import DiceCELoss
    from monai.networks.nets import BasicUNet

    torch.manual_seed(given.seed)
    network = BasicUNet(spatial_dims=2, in_channels=3, out_channels=len(given.classes))
    return _trained_plainly(network, DiceCELoss(sigmoid=True), given, mean=[0] * 3, std=[1] * 3, how="random")


CONTENDERS: Mapping[str, tuple[str, Contender]] = {
    "study": ("study preset", study_unet),
    "smp": ("segmentation_models_pytorch", smp_unet),
    "monai": ("MONAI BasicUNet", monai_basic_unet),
    "ours": ("ours", unet_lite0),
}


def _trained_by_preset(
    preset: str, given: Assignment, *, classes: tuple[str, ...], seen_px: int, **changed: Any
) -> Trained:
    """Train as the product does, in one epoch of all steps, and predict with its ONNX model as it does."""
    batch_size = given.batch_size(side=seen_px)
    preset_settings: Any = PRESETS[preset].settings
    settings = replace(
        preset_settings, epochs=1, steps_per_epoch=given.steps, batch_size=batch_size, **changed
    )
    architecture = architecture_of(settings)
    train = given.images(side=settings.side_px, classes=classes, soft=architecture.soft_masks)
    moments: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        job = FitJob(
            settings=settings,
            classes=classes,
            train=train,
            validation=train.rows([]),
            examples=train.images[:1],
            seed=given.seed,
            threads=given.threads,
            checkpoints=CheckpointFolder(Path(folder), attempt=1, fingerprint="comparison"),
            emit=lambda event: moments.update({event["event"]: time.perf_counter()}),
            started={},
        )
        fitted = architecture.fit(job)
    halves = {name: {"value": 0.5} for name in classes}
    card = prediction_part(settings, classes=classes) | {"thresholds": halves}
    segmenter = Segmenter(StoredModel(id=preset, onnx=fitted.onnx, card=card), threads=given.threads)
    return Trained(
        side=settings.side_px,
        classes=classes,
        maps=segmenter.maps,
        seconds=moments["exporting"] - moments["started"],
        how=f"{preset}, {batch_size} x {seen_px} px a step",
    )


def _trained_plainly(
    network: Any, loss: Any, given: Assignment, *, mean: list[float], std: list[float], how: str
) -> Trained:
    """The loop that tutorials show: whole images in random order, Adam, one sigmoid for each class."""
    import torch

    torch.set_num_threads(given.threads)
    train = given.images(side=PLAIN_SIDE_PX, classes=given.classes)
    middle, spread = (torch.tensor(values, dtype=torch.float32)[:, None, None] for values in (mean, std))

    def as_inputs(pictures: NDArray[np.uint8]) -> Any:
        return (torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255 - middle) / spread

    def maps(picture: RgbImage, _: BoolMask) -> NDArray[np.uint8]:
        with torch.inference_mode():
            probabilities = torch.sigmoid(network(as_inputs(picture[None])))[0]
        return eight_bit(probabilities.numpy())

    batch_size = min(given.batch_size(side=PLAIN_SIDE_PX), len(train))
    optimizer = torch.optim.Adam(network.parameters(), PLAIN_LEARNING_RATE)
    draws = np.random.default_rng(given.seed)
    network.train()
    began = time.perf_counter()
    for _ in range(given.steps):
        rows = draws.choice(len(train), batch_size, replace=False)
        truth = torch.from_numpy(train.masks[rows]).permute(0, 3, 1, 2).float()
        optimizer.zero_grad()
        loss(network(as_inputs(train.images[rows])), truth).backward()
        optimizer.step()
    seconds = time.perf_counter() - began
    network.eval()
    return Trained(
        side=PLAIN_SIDE_PX,
        classes=given.classes,
        maps=maps,
        seconds=seconds,
        how=f"{how}, {batch_size} x {PLAIN_SIDE_PX} px a step",
    )
