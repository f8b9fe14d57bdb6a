"""The tightener's network: a U-Net of about 150,000 weights that also takes facts about its rectangle."""

from torch import Tensor, nn
from torch.nn import functional

from inference.ml.tighten_crops import FACTS

WIDTHS = (24, 32, 40, 48)


class _Block(nn.Module):
    def __init__(self, given: int, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(given, width, 3, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(width)
        self.second = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(width)

    def forward(self, values: Tensor, shift: Tensor | None = None) -> Tensor:
        values = self.first_norm(self.first(values))
        if shift is not None:
            values = values + shift[:, :, None, None]
        return functional.relu(self.second_norm(self.second(functional.relu(values))))


class TightenNet(nn.Module):
    """Logits float32 (N, 1, H, W) from pictures (N, 4, H, W) and facts (N, FACTS).

    Works on half the resolution inside: 2 x 2 pixels become channels, and channels pixels again.
    """

    def __init__(self) -> None:
        super().__init__()
        self.facts = nn.Sequential(nn.Linear(FACTS, 48), nn.ReLU(), nn.Linear(48, WIDTHS[0] + WIDTHS[-1]))
        given = (16, *WIDTHS)
        self.down = nn.ModuleList(_Block(given[i], WIDTHS[i]) for i in range(4))
        self.up = nn.ModuleList(nn.Conv2d(WIDTHS[i + 1], WIDTHS[i], 1) for i in range(3))
        self.join = nn.ModuleList(_Block(WIDTHS[i], WIDTHS[i]) for i in range(3))
        self.head = nn.Conv2d(WIDTHS[0], 4, 1)

    def forward(self, pictures: Tensor, facts: Tensor) -> Tensor:
        """See the class."""
        shift = self.facts(facts)
        values = self.down[0](functional.pixel_unshuffle(pictures, 2), shift[:, : WIDTHS[0]])
        skips = []
        for level in (1, 2, 3):
            skips.append(values)
            values = functional.max_pool2d(values, 2)
            values = self.down[level](values, shift[:, WIDTHS[0] :] if level == 3 else None)
        for level in (2, 1, 0):
            values = functional.interpolate(self.up[level](values), scale_factor=2.0, mode="nearest")
            values = self.join[level](values + skips[level])
        return functional.pixel_shuffle(self.head(values), 2)


def parameters_of(network: nn.Module) -> int:
    """How many weights are trained."""
    return sum(weights.numel() for weights in network.parameters() if weights.requires_grad)


__all__ = ["TightenNet", "parameters_of"]
