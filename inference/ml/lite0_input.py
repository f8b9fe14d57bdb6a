"""How EfficientNet-Lite0's pictures are normalised; apart from the network: reading it needs no torch."""

CENTER = SPREAD = 0.5  # of every channel: from -1 to 1, as the ImageNet weights expect
MEAN, STD = (CENTER,) * 3, (SPREAD,) * 3
