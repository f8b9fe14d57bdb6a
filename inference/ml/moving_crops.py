"""Training crops: where they lie, how they are turned and tinted, and cutting them where the images live.

All draws are made by NumPy on the CPU, so that a checkpoint keeps them, and sent to the device for a whole
epoch at once: a GPU that waits for numbers before each step idles. Cutting works on any torch device.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from inference.ml.crops import lesion_points
from inference.ml.data import Prepared
from inference.ml.settings import Movement
from inference.ml.unet_lite0_settings import UnetLite0Settings

CLASS_ORDER = ("HE", "EX", "MA", "SE")  # of the setting crop_weights
COLOURS = 3
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class CropDraws:
    """One batch of N crops: which image, its middle (x, y) there, how it is moved and how it is tinted.

    `move`: (N, 2, 2), from offsets (x, y) in the crop to offsets in the image. `gamma` (N,), `gain` and
    `shift` (N, 3).
    """

    image: NDArray[np.int64]
    middle: Floats
    move: Floats
    gamma: Floats
    gain: Floats
    shift: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCrops:
    """The same batch where it is cut: `rows` (N,), `move`, `gamma`, `gain`, `shift` as drawn, on the device.

    Each crop lies in its image's window of `window_px`, whose (row, top, left) is in `windows`; `middle`
    (N, 2) counts from there.
    """

    windows: tuple[tuple[int, int, int], ...]
    window_px: int
    rows: Tensor
    middle: Tensor
    move: Tensor
    gamma: Tensor
    gain: Tensor
    shift: Tensor


def send_crops(
    drawn: Sequence[CropDraws], *, side: int, crop_px: int, device: torch.device
) -> list[SentCrops]:
    """Batches of one size, from images of `side` px, sent to the device together."""
    sizes = [_window_px(draws, side=side, crop_px=crop_px) for draws in drawn]
    corners = [
        np.clip(np.round(draws.middle - size / 2), 0, side - size).astype(np.int64)
        for draws, size in zip(drawn, sizes, strict=True)
    ]
    sent = {
        name: torch.from_numpy(np.stack([getattr(draws, name) for draws in drawn])).to(device)
        for name in ("move", "gamma", "gain", "shift")
    }
    middle = np.stack([draws.middle - corner for draws, corner in zip(drawn, corners, strict=True)])
    sent["middle"] = torch.from_numpy(middle.astype(np.float32)).to(device)
    sent["rows"] = torch.from_numpy(np.stack([draws.image for draws in drawn])).to(device)
    return [
        SentCrops(
            windows=tuple(
                (int(row), int(top), int(left))
                for row, (left, top) in zip(draws.image, corners[number], strict=True)
            ),
            window_px=sizes[number],
            **{name: values[number] for name, values in sent.items()},
        )
        for number, draws in enumerate(drawn)
    ]


def _window_px(draws: CropDraws, *, side: int, crop_px: int) -> int:
    """Side of the windows that hold whatever a batch's crops reach."""
    reach = crop_px * float(np.linalg.norm(draws.move, axis=1).max()) * math.sqrt(2)
    return min(side, math.ceil(reach) + 2)


def moved_and_tinted(
    random: np.random.Generator, settings: Movement, *, image: NDArray[np.int64], middle: Floats
) -> CropDraws:
    """Crops of these images (N,) around these middles (N, 2), each moved and tinted by its own draw."""
    count = len(image)
    angle = np.radians(random.uniform(-settings.rotation_degrees, settings.rotation_degrees, count))
    scale = np.exp(random.uniform(-settings.scale_log, settings.scale_log, count))
    flip = np.where(random.random(count) < 0.5, -1.0, 1.0) if settings.flips else np.ones(count)
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    move = np.stack([np.stack([cos * flip, -sin], -1), np.stack([sin * flip, cos], -1)], -2)
    gain = random.uniform(1 - settings.gain, 1 + settings.gain, (count, COLOURS))
    shift = np.repeat(random.uniform(-settings.brightness, settings.brightness, (count, 1)), COLOURS, 1)
    return CropDraws(
        image=image,
        middle=middle,
        move=move.astype(np.float32),
        gamma=np.exp(random.uniform(-settings.gamma_log, settings.gamma_log, count)).astype(np.float32),
        gain=gain.astype(np.float32),
        shift=shift.astype(np.float32),
    )


class CropDrawer:
    """Draws batches of crops from prepared images: around lesions most of the time, else anywhere inside."""

    def __init__(self, prepared: Prepared, settings: UnetLite0Settings, *, classes: tuple[str, ...]) -> None:
        self._settings = settings
        points = lesion_points(prepared.outlined().masks & prepared.known[:, None, None, :])
        weights = np.array([_weight(name, settings.crop_weights) for name in classes])
        weights *= [len(found) > 0 for found in points]
        self._points = points
        self._chances = weights / weights.sum() if weights.sum() > 0 else None
        self._inside = prepared.inside
        self._side = prepared.images.shape[1]

    def draw(self, random: np.random.Generator) -> CropDraws:
        """One batch."""
        places = [self._place(random) for _ in range(self._settings.batch_size)]
        return moved_and_tinted(
            random,
            self._settings,
            image=np.array([image for image, _, _ in places], np.int64),
            middle=np.array([[x, y] for _, x, y in places], np.float32),
        )

    def _place(self, random: np.random.Generator) -> tuple[int, float, float]:
        """(image, x, y) of a crop's middle."""
        if self._chances is not None and random.random() < self._settings.lesion_crop_share:
            points = self._points[random.choice(len(self._points), p=self._chances)]
            image, y, x = points[random.integers(len(points))]
            x, y = np.clip(np.array([x, y]) + random.normal(0, self._settings.jitter_px, 2), 0, self._side)
            return int(image), float(x), float(y)
        image = random.integers(len(self._inside))
        while True:  # most of the square is inside; a list of all such pixels would take 700 MB
            y, x = random.integers(self._side, size=2)
            if self._inside[image, y, x]:
                return int(image), float(x), float(y)


def layers_of(prepared: Prepared, *, device: torch.device) -> Tensor:
    """Images, field of view and coverage as one uint8 tensor (N, 3 + 1 + C, S, S) on the device.

    One tensor, so that whatever moves an image moves its masks in step. What is unsure follows, where it is
    kept: C layers more.
    """
    count, side = len(prepared), prepared.images.shape[1]
    coverage = prepared.coverage if prepared.coverage is not None else prepared.masks * np.uint8(255)
    labels = [coverage] if prepared.unsure is None else [coverage, prepared.unsure]
    depth = COLOURS + 1 + sum(label.shape[-1] for label in labels)
    layers = torch.empty((count, depth, side, side), dtype=torch.uint8, device=device)
    for row in range(count):  # image by image: a second copy of all would not fit everywhere
        layers[row, :COLOURS] = torch.from_numpy(prepared.images[row]).permute(2, 0, 1)
        layers[row, COLOURS] = torch.from_numpy(prepared.inside[row].astype(np.uint8) * np.uint8(255))
        label = np.concatenate([label[row] for label in labels], axis=-1)
        layers[row, COLOURS + 1 :] = torch.from_numpy(label).permute(2, 0, 1)
    return layers


def cut_crops(layers: Tensor, crops: SentCrops, *, crop_px: int) -> tuple[Tensor, Tensor, Tensor]:
    """Pictures (N, 3, P, P), inside (N, 1, P, P) and labels (N, C or 2 C, P, P), 0 to 1, in one resampling.

    What lies outside the image or its field of view is black and not inside.
    """
    size = crops.window_px
    windows = torch.stack(
        [layers[row, :, top : top + size, left : left + size] for row, top, left in crops.windows]
    )
    steps = torch.arange(crop_px, device=layers.device, dtype=torch.float32) + 0.5 - crop_px / 2
    offsets = torch.stack(torch.meshgrid(steps, steps, indexing="xy"), -1)
    there = torch.einsum("nij,hwj->nhwi", crops.move, offsets) + crops.middle[:, None, None, :]
    grid = there * (2 / size) - 1
    moved = functional.grid_sample(windows.float(), grid, padding_mode="zeros", align_corners=False) / 255
    pictures, inside, labels = moved.tensor_split((COLOURS, COLOURS + 1), dim=1)
    return _tinted(pictures, inside, crops), inside, labels


def _tinted(pictures: Tensor, inside: Tensor, crops: SentCrops) -> Tensor:
    """Gamma, gain and brightness of each crop; black stays black outside the field of view."""
    tinted = pictures.clamp(min=1e-6) ** crops.gamma[:, None, None, None]
    tinted = tinted * crops.gain[:, :, None, None] + crops.shift[:, :, None, None]
    return tinted.clamp(0, 1) * (inside > 0)


def _weight(name: str, weights: tuple[float, ...]) -> float:
    place = CLASS_ORDER.index(name) if name in CLASS_ORDER else len(weights)
    return weights[min(place, len(weights) - 1)]
