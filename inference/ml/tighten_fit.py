"""Trains the tightener's network. Imports torch: for child processes and commands, never the web."""

import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from inference.ml.tighten_data import Examples
from inference.ml.tighten_net import TightenNet

Tell = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TightenSettings:
    """How the network is trained. Values are ours, chosen by cross-validation on IDRiD."""

    steps: int = 600
    batch: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    warm_up: float = 0.1  # share of the steps
    area_power: float = 0.35  # a rectangle is drawn with its area to this power: pooled pixels count
    averaging: float = 0.98  # of the moving average that becomes the network
    colour_jitter: float = 0.15
    seed: int = 1
    threads: int = 1

    def __post_init__(self) -> None:
        if self.steps < 1 or self.batch < 2:
            raise ValueError(f"steps and batch must be at least 1 and 2, got {self.steps} and {self.batch}")


def fit(examples: Examples, settings: TightenSettings, *, tell: Tell = lambda *_: None) -> TightenNet:
    """Train on examples and return the averaged network, in evaluation mode."""
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    random = np.random.default_rng(settings.seed)
    network = TightenNet().to(memory_format=torch.channels_last)
    average = deepcopy(network)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    pace = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=settings.steps, pct_start=settings.warm_up
    )
    chance = examples.area_px**settings.area_power
    chance /= chance.sum()
    began = time.monotonic()
    for step in range(settings.steps):
        chosen = random.choice(len(examples), settings.batch, p=chance)
        pictures, facts, truth, inside = _batch(examples, chosen, random, settings)
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(pictures, facts)
        loss = _loss(logits.float(), truth, inside)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        pace.step()
        _follow(average, network, min(settings.averaging, (step + 1) / (step + 10)))
        tell(step + 1, settings.steps, time.monotonic() - began)
    return average.eval()


def _batch(
    examples: Examples, chosen: "np.ndarray[tuple[int], np.dtype[np.int64]]", random: np.random.Generator,
    settings: TightenSettings,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:  # fmt: skip
    pictures = torch.from_numpy(examples.pictures[chosen].astype(np.float32))
    facts = torch.from_numpy(examples.facts[chosen])
    truth = torch.from_numpy(examples.truth[chosen]).float()[:, None] / 255
    inside = torch.from_numpy(examples.inside[chosen]).float()[:, None] / 255
    count, jitter = len(chosen), settings.colour_jitter
    gain = torch.from_numpy(np.exp(random.normal(0, jitter, (count, 3, 1, 1)))).float()
    shift = torch.from_numpy(random.normal(0, jitter, (count, 3, 1, 1))).float()
    pictures[:, :3] = pictures[:, :3] * gain + shift
    turns, flipped = int(random.integers(4)), bool(random.integers(2))
    turned = []
    for values in (pictures, truth, inside):
        values = torch.rot90(values, turns, (2, 3))
        turned.append(values.flip(3) if flipped else values)
    return turned[0].contiguous(memory_format=torch.channels_last), facts, turned[1], turned[2]


def _loss(logits: Tensor, truth: Tensor, inside: Tensor) -> Tensor:
    """Cross-entropy and (1 - Dice pooled over each rectangle), both inside the rectangles only."""
    entropy = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    area = inside.sum((1, 2, 3)).clamp(min=1)
    entropy_each = (entropy * inside).sum((1, 2, 3)) / area
    said = torch.sigmoid(logits) * inside
    wanted = truth * inside
    both = (said * wanted).sum((1, 2, 3))
    dice = (2 * both + 8) / (said.sum((1, 2, 3)) + wanted.sum((1, 2, 3)) + 8)
    return entropy_each.mean() + (1 - dice).mean()


@torch.no_grad()
def _follow(average: TightenNet, network: TightenNet, keep: float) -> None:
    theirs = network.state_dict()
    for name, mine in average.state_dict().items():
        if mine.dtype.is_floating_point:
            mine.lerp_(theirs[name], 1 - keep)
        else:
            mine.copy_(theirs[name])
