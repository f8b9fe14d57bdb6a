"""How EfficientNet-Lite0's pictures are normalised; apart from the network: reading it needs no torch."""

MEAN = STD = (0.5, 0.5, 0.5)  # from -1 to 1, as the ImageNet weights expect
