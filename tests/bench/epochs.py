"""One epoch of each preset against a plain loop over the same tensors: bare torch, and Keras' `model.fit`.

Same network, loss, optimizer, batches and augmentation on both sides, and the same pass that measures batch
normalisation anew where the preset asks for one; ours adds drawing, events and a checkpoint each epoch.
Every preset is measured in a process of its own. Run with `python tests/bench/epochs.py [PRESET ...]`.
"""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

from inference.ml.architectures.base import FitJob  # noqa: E402
from inference.ml.checkpoints import CheckpointFolder  # noqa: E402
from inference.ml.data import Prepared  # noqa: E402
from inference.ml.presets import PRESETS  # noqa: E402
from inference.ml.resnet_settings import Balancing, ResnetSettings  # noqa: E402
from inference.ml.settings import Settings  # noqa: E402
from inference.ml.unet_lite0_settings import UnetLite0Settings  # noqa: E402
from inference.ml.unet_settings import UnetSettings  # noqa: E402

ROUNDS, THREADS = 3, 2
CLASSES = ("HE", "EX")
IMAGES = {"quick_resnet50": 48, "quick_unet": 48, "study_resnet50": 48, "study_unet": 16, "cpu_unet_lite0": 4}
Seconds = list[float]


def main() -> None:
    """Measure the presets named on the command line, or all."""
    named = sys.argv[1:] or list(IMAGES)
    if len(named) == 1:
        measure(named[0])
        return
    for preset in named:
        subprocess.run([sys.executable, __file__, preset], check=True, stderr=subprocess.DEVNULL)


def measure(preset: str) -> None:
    """Print medians and ratio of one preset; the first epoch of each side warms up and isn't counted."""
    settings, images = PRESETS[preset].settings, IMAGES[preset]
    if isinstance(settings, ResnetSettings):
        ours, plain, name = _measure_resnet(settings, images)
    elif isinstance(settings, UnetSettings):
        ours, plain, name = _measure_unet(settings, images)
    elif isinstance(settings, UnetLite0Settings):
        ours, plain, name = _measure_unet_lite0(settings, images)
    else:
        raise SystemExit(f"{preset} is not measured here")
    ratio = statistics.median(own / theirs for own, theirs in zip(ours, plain, strict=True))
    print(  # noqa: T201
        f"one epoch of {preset}, {images} images, {THREADS} threads, {ROUNDS} rounds\n"
        f"  {preset}: ours {statistics.median(ours):.2f} s, {name} {statistics.median(plain):.2f} s, "
        f"ratio {ratio:.2f} (aim <= 1.10)",
        flush=True,
    )


def _prepared(side: int, count: int) -> Prepared:
    random = np.random.default_rng(1)
    masks = random.random((count, side, side, 2)) < 0.001
    return Prepared(
        images=random.integers(0, 255, (count, side, side, 3), dtype=np.uint8),
        inside=np.ones((count, side, side), np.bool_),
        masks=masks,
        known=np.ones((count, 2), np.bool_),
        labels=(np.arange(count) % 2).astype(np.float32),
        referable=np.full(count, np.nan, np.float32),
    )


def _in_turns(ours: Callable[[], Any], plain: Callable[[], Any]) -> tuple[Seconds, Seconds]:
    """Seconds of each side's epochs; neither runs in the main thread, where large tensors cost less."""
    times: tuple[Seconds, Seconds] = ([], [])
    with ThreadPoolExecutor(max_workers=1) as thread:

        def plain_in_a_thread() -> None:
            thread.submit(plain).result()

        for round_number in range(ROUNDS + 1):
            for one, kept in zip((ours, plain_in_a_thread), times, strict=True):
                began = time.perf_counter()
                one()
                if round_number:
                    kept.append(time.perf_counter() - began)
    return times


def _measure_resnet(settings: ResnetSettings, count: int) -> tuple[Seconds, Seconds, str]:
    import torch
    from torchvision.models import resnet50

    from inference.ml import resnet_fit
    from inference.ml.resnet import augment, normalise

    data = _prepared(settings.side_px, count)
    settings = replace(settings, initialisation="random", balancing=Balancing.NONE, epochs=ROUNDS + 1)
    torch.set_num_threads(THREADS)
    network: Any = resnet50(weights=None, num_classes=1)
    optimizer = torch.optim.SGD(network.parameters(), settings.learning_rate, momentum=0.9)
    if settings.optimizer != "sgd":
        optimizer = torch.optim.AdamW(network.parameters(), settings.learning_rate)  # type: ignore[assignment]
    images, labels = torch.from_numpy(data.images), torch.from_numpy(data.labels)

    def plain() -> None:
        network.train()
        for batch in torch.split(torch.randperm(count), settings.batch_size):
            inputs = normalise(images[batch])
            inputs = augment(inputs, settings) if settings.augment else inputs
            optimizer.zero_grad()
            loss = torch.nn.functional.binary_cross_entropy_with_logits(network(inputs)[:, 0], labels[batch])
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        if settings.refresh_statistics:
            resnet_fit.refresh_statistics(network, images, batch_size=settings.batch_size)

    ours = _epochs_one_by_one(resnet_fit.fit_classifier, settings, data)
    with ours as one_epoch:
        return *_in_turns(one_epoch, plain), "plain torch loop"


def _measure_unet(settings: UnetSettings, count: int) -> tuple[Seconds, Seconds, str]:
    import keras
    import tensorflow as tf

    from inference.ml.unet import SyncedAugmentation, build_unet, limit_threads, segmentation_loss
    from inference.ml.unet_fit import fit_segmenter

    limit_threads(THREADS)
    data = _prepared(settings.side_px, count)
    side = settings.train_side_px
    settings = replace(settings, epochs=ROUNDS + 1, steps_per_epoch=6 if settings.steps_per_epoch else 0)
    steps = settings.steps_per_epoch or -(-count // settings.batch_size)
    augmentation = SyncedAugmentation(settings, seed=1)
    crops = data.images[:, :side, :side]
    targets = np.zeros((count, side, side, 2), np.uint8)
    targets[..., 1] = 1

    def moved(images: Any, masks: Any) -> Any:
        return augmentation(tf.cast(images, tf.float32) / 255.0, tf.cast(masks, tf.float32))

    def loss(target: Any, predicted: Any) -> Any:
        known = tf.ones((tf.shape(target)[0], 2))
        number, inside = tf.cast(target[..., 0], tf.int32), target[..., 1]
        return segmentation_loss(number, known, inside, predicted, settings=settings, classes=2)

    model = build_unet(settings, classes=2, side=side)
    model.compile(optimizer=keras.optimizers.Adam(settings.learning_rate), loss=loss)
    batches = tf.data.Dataset.from_tensor_slices((crops, targets)).repeat().shuffle(count)
    batches = batches.batch(settings.batch_size).map(moved).prefetch(1)

    def plain() -> None:
        model.fit(batches, steps_per_epoch=steps, epochs=1, verbose=0)

    ours = _epochs_one_by_one(fit_segmenter, settings, data)
    with ours as one_epoch:
        return *_in_turns(one_epoch, plain), "model.fit"


def _measure_unet_lite0(settings: UnetLite0Settings, count: int) -> tuple[Seconds, Seconds, str]:
    import segmentation_models_pytorch as smp
    import torch

    from inference.ml.lite0_training import normalise
    from inference.ml.moving_crops import CropDrawer, cut_crops, layers_of, send_crops
    from inference.ml.torch_loop import bf16_helps
    from inference.ml.unet_lite0 import ENCODER, lesion_loss
    from inference.ml.unet_lite0_fit import fit_unet_lite0

    data, cpu = _prepared(settings.side_px, count), torch.device("cpu")
    settings = replace(
        settings,
        initialisation="random",
        epochs=ROUNDS + 1,
        steps_per_epoch=6,
        averaging=0.0,
        gradient_clip=0.0,
    )
    torch.set_num_threads(THREADS)
    network = smp.Unet(ENCODER, encoder_weights=None, classes=len(CLASSES))
    network = network.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), settings.learning_rate)
    drawer, layers = CropDrawer(data, settings, classes=CLASSES), layers_of(data, device=cpu)
    known, random = torch.ones(settings.batch_size, len(CLASSES)), np.random.default_rng(1)
    fast = settings.bf16 and bf16_helps(cpu)

    def plain() -> None:
        network.train()
        for _ in range(settings.steps_per_epoch):
            (crops,) = send_crops(
                [drawer.draw(random)], side=settings.side_px, crop_px=settings.crop_px, device=cpu
            )
            pictures, inside, truth = cut_crops(layers, crops, crop_px=settings.crop_px)
            inputs = normalise(pictures).contiguous(memory_format=torch.channels_last)
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=fast):
                logits = network(inputs)
            loss = lesion_loss(logits.float(), truth, inside, known, positive_weight=settings.positive_weight)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()

    with _epochs_one_by_one(fit_unet_lite0, settings, data) as one_epoch:
        return *_in_turns(one_epoch, plain), "plain torch loop"


@contextlib.contextmanager
def _epochs_one_by_one(fit: Callable[[FitJob], Any], settings: Settings, data: Prepared) -> Any:
    """Our training loop in a thread that waits before each epoch, so that both sides take turns."""
    import threading

    go, done = threading.Semaphore(0), threading.Semaphore(0)

    def emit(event: dict[str, Any]) -> None:
        if event["event"] == "started":
            go.acquire()
        if event["event"] == "step" and event["step"] == event["steps"]:  # its checkpoint counts in the next
            done.release()
            go.acquire()

    with tempfile.TemporaryDirectory() as folder:
        job = FitJob(
            settings=settings,
            classes=CLASSES,
            train=data,
            validation=_prepared(32, 0),
            examples=data.images[:1],
            seed=1,
            threads=THREADS,
            checkpoints=CheckpointFolder(Path(folder), attempt=1, fingerprint="bench"),
            emit=emit,
            started={},
        )
        worker = threading.Thread(target=fit, args=(job,), daemon=True)
        worker.start()

        def one_epoch() -> None:
            go.release()
            done.acquire()

        yield one_epoch
        go.release()
        worker.join()


if __name__ == "__main__":
    main()
