"""Training the segmenter: one loop, read from top to bottom, that can stop after any epoch and go on."""

import io
import json
import time
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from inference.ml.architectures.base import FitJob, History
from inference.ml.checkpoints import BackgroundSaver, Checkpoint
from inference.ml.crops import CropSampler, lesion_points
from inference.ml.data import Prepared, class_map
from inference.ml.metrics import eight_bit
from inference.ml.unet import (
    SyncedAugmentation,
    assign_all,
    build_unet,
    limit_threads,
    segmentation_loss,
)
from inference.ml.unet_settings import UnetSettings
from inference.ml.watch import watched_scores

INITIALISATION = "random (He normal); the study names no other"


class SegmenterRun:
    """Network, optimizer and augmentation of one run, and the compiled training step."""

    def __init__(self, settings: UnetSettings, *, classes: int, steps: int, seed: int) -> None:
        keras.utils.set_random_seed(seed)
        self.settings = settings
        self.classes = classes
        self.model = build_unet(settings, classes=classes, side=settings.train_side_px)
        self.augmentation = SyncedAugmentation(settings, seed=seed)
        self.optimizer = keras.optimizers.Adam(_learning_rate(settings, steps=steps))
        self.optimizer.build(self.model.trainable_variables)
        self.step = tf.function(self._step, reduce_retracing=True)

    def _step(self, images: Any, targets: Any, known: Any) -> Any:
        """One step: images uint8 (N, S, S, 3), targets uint8 (N, S, S, 2): class and FOV, known (N, C)."""
        pictures, masks = tf.cast(images, tf.float32) / 255.0, tf.cast(targets, tf.float32)
        if self.settings.augment:
            pictures, masks = self.augmentation(pictures, masks)
        target, inside = tf.cast(masks[..., 0], tf.int32), masks[..., 1]
        with tf.GradientTape() as tape:
            predicted = self.model(pictures, training=True)
            loss = segmentation_loss(
                target, known, inside, predicted, settings=self.settings, classes=self.classes
            )
            loss += tf.add_n(self.model.losses)
        gradients = tape.gradient(loss, self.model.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.model.trainable_variables, strict=True))
        return loss

    @property
    def variables(self) -> list[Any]:
        """All state of the run except the order of the images."""
        return [*self.model.variables, *self.optimizer.variables, *self.augmentation.variables]


def fit_segmenter(job: FitJob) -> tuple[Any, str, History]:
    """Train from the newest checkpoint where there is one.

    Returns the Keras model at the whole image's size, how it was initialised, and the metrics of each epoch.
    Emits started, resumed, step and epoch. Raises StaleAttempt once a newer attempt has begun.
    """
    settings, classes, train = job.settings, job.classes, job.train
    limit_threads(job.threads)
    draws = np.random.default_rng(job.seed)
    targets = np.stack([class_map(train.masks, classes), train.inside.astype(np.uint8)], -1)
    sampler = CropSampler(
        images=len(train),
        image_side=settings.side_px,
        side=settings.train_side_px,
        lesion_share=settings.lesion_crop_share if settings.crop_px else 0.0,
        lesion_points=lesion_points(train.masks) if settings.crop_px else (),
    )
    steps = settings.steps_per_epoch or -(-len(train) // settings.batch_size)
    run = SegmenterRun(settings, classes=len(classes), steps=steps, seed=job.seed)
    job.emit({"event": "started", "initialisation": INITIALISATION, "steps_per_epoch": steps, **job.started})
    history: History = []
    found = job.checkpoints.newest()
    if found is not None:
        _restore(found, run=run, draws=draws)
        history = found.history
        job.emit(found.resumed(initialisation=INITIALISATION))

    known = train.known.astype(np.float32)
    with BackgroundSaver(job.checkpoints, epochs=settings.epochs, saved=job.emit) as saver:
        for epoch in range(len(history) + 1, settings.epochs + 1):
            began = time.monotonic()
            losses: list[float] = []
            for step, batch in enumerate(_batches(len(train), steps, settings.batch_size, draws), start=1):
                crops = [sampler.draw(int(index), random=draws) for index in batch]
                images, masks = _cut(train.images, crops, sampler.side), _cut(targets, crops, sampler.side)
                loss = float(run.step(images, masks, known[[image for image, _, _ in crops]]))
                losses.append(loss)
                job.emit({"event": "step", "epoch": epoch, "step": step, "steps": steps, "loss": loss})
            metrics = {"train_loss": float(np.mean(losses)), **_watch(run, job.validation, classes)}
            seconds = time.monotonic() - began
            record = {"event": "epoch", "epoch": epoch, "epochs": settings.epochs, "seconds": seconds}
            history.append({**record, "metrics": metrics})
            saver.epoch_done(lambda: _state(run, draws), history=history)
    return _whole_image_model(run), INITIALISATION, history


def _learning_rate(settings: UnetSettings, *, steps: int) -> Any:
    """A constant, or one cycle: a linear warm-up over 15 % of the run, then a cosine to zero."""
    if not settings.one_cycle:
        return settings.learning_rate
    total = steps * settings.epochs
    warm_up = max(1, round(0.15 * total))
    return keras.optimizers.schedules.CosineDecay(
        settings.learning_rate / 10,
        total - warm_up,
        warmup_target=settings.learning_rate,
        warmup_steps=warm_up,
    )


def _batches(count: int, steps: int, size: int, draws: np.random.Generator) -> list[NDArray[np.int64]]:
    """`steps` batches that go through all images in shuffled order, again and again where needed."""
    if steps == -(-count // size):
        return np.array_split(draws.permutation(count), steps)
    rounds = -(-steps * size // count)
    order = np.concatenate([draws.permutation(count) for _ in range(rounds)])[: steps * size]
    return np.array_split(order, steps)


def _cut(arrays: NDArray[np.uint8], crops: Sequence[tuple[int, int, int]], side: int) -> NDArray[np.uint8]:
    """The crops as one array (N, side, side, ...)."""
    return np.stack([arrays[image, top : top + side, left : left + side] for image, top, left in crops])


def _watch(run: SegmenterRun, validation: Prepared, classes: Sequence[str]) -> dict[str, float]:
    """Scores per class on the validation fold at a probability of one half; empty where there is none."""
    if not len(validation):
        return {}
    whole = _whole_image_model(run)
    maps = (
        eight_bit(np.asarray(whole(image[None].astype(np.float32) / 255, training=False))[0, ..., 1:])
        for image in validation.images
    )
    return watched_scores(maps, validation, classes=classes)


def _whole_image_model(run: SegmenterRun) -> Any:
    """The trained weights in a network of the whole image's size."""
    if run.settings.train_side_px == run.settings.side_px:
        return run.model
    whole = build_unet(run.settings, classes=run.classes, side=run.settings.side_px)
    whole.set_weights(run.model.get_weights())
    return whole


def _state(run: SegmenterRun, draws: np.random.Generator) -> bytes:
    """Everything the next epoch depends on, as an .npz without pickles."""
    buffer = io.BytesIO()
    values = {f"v{index:04d}": variable.numpy() for index, variable in enumerate(run.variables)}
    order = np.frombuffer(json.dumps(draws.bit_generator.state).encode(), np.uint8)
    np.savez(buffer, order=order, **values)
    return buffer.getvalue()


def _restore(found: Checkpoint, *, run: SegmenterRun, draws: np.random.Generator) -> None:
    with np.load(io.BytesIO(found.content), allow_pickle=False) as stored:
        assign_all(run.variables, [stored[f"v{index:04d}"] for index in range(len(run.variables))])
        draws.bit_generator.state = json.loads(stored["order"].tobytes())
