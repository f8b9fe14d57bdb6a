"""Small phantoms on disk, with masks and a manifest, for tests of training and prediction."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from imaging.mask_codec import encode_mask
from imaging.phantom import Phantom, draw_phantom

SIDE = 256
FOLDS = ("train", "train", "train", "train", "validation", "validation", "test", "test")


def save_phantom(phantom: Phantom, folder: Path, name: str) -> tuple[Path, dict[str, str]]:
    """Write image and masks; returns the image's path and the masks' paths."""
    image = folder / f"{name}.png"
    cv2.imwrite(str(image), cv2.cvtColor(phantom.rgb, cv2.COLOR_RGB2BGR))
    masks: dict[str, str] = {}
    for lesion_class in ("HE", "EX"):
        mask = phantom.mask(lesion_class)
        if mask.any():
            path = folder / f"{name}_{lesion_class}.png"
            path.write_bytes(encode_mask(mask))
            masks[lesion_class] = str(path)
    return image, masks


@pytest.fixture(scope="session")
def phantom_items(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Eight patients with one image each, every second one with DR, as manifest items."""
    folder = tmp_path_factory.mktemp("phantoms")
    items: list[dict[str, Any]] = []
    for number, fold in enumerate(FOLDS):
        has_dr = number % 2 == 0
        phantom = draw_phantom(eye="OD", icdr_grade=3 if has_dr else 0, seed=number, side=SIDE)
        image, masks = save_phantom(phantom, folder, f"p{number}")
        items.append(
            {
                "id": f"p{number}",
                "path": str(image),
                "patient": f"patient-{number}",
                "split": fold,
                "label": int(has_dr),
                "looked_for": ["HE", "EX"],
                "masks": masks,
            }
        )
    return items


@pytest.fixture
def manifest(phantom_items: list[dict[str, Any]]) -> dict[str, Any]:
    """A manifest of the phantoms that a test may change."""
    copy: dict[str, Any] = json.loads(json.dumps({"classes": ["HE", "EX"], "items": phantom_items}))
    return copy


@pytest.fixture
def write_manifest(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    """Writes a manifest and returns its path."""

    def write(content: dict[str, Any]) -> Path:
        path = tmp_path / "manifest.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return write


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(7)
