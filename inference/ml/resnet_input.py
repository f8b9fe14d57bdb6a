"""How the classifier's pictures are normalised; apart from the network, so that reading it needs no torch."""

MEAN = (0.485, 0.456, 0.406)  # ImageNet, as torchvision's weights expect
STD = (0.229, 0.224, 0.225)
