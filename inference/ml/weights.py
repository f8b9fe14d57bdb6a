"""Finding ImageNet weights for ResNet-50: a local folder, torch's cache, a download; never a long wait.

The study says "ImageNet-pretrained" only. Of torchvision's two sets we take the one `pretrained=True` has
always meant (IMAGENET1K_V1).
"""

import hashlib
import os
import queue
import threading
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from inference.ml.checkpoints import write_durably

FILE_NAME = "resnet50-0676ba61.pth"  # torchvision names the file by the start of its sha256
ADDRESS = f"https://download.pytorch.org/models/{FILE_NAME}"
FIRST_ANSWER_SECONDS = 8.0
READ_TIMEOUT_SECONDS = 5.0
DOWNLOAD_SECONDS = 300.0
RANDOM = "random initialisation, not the study"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartWeights:
    """Weights to start from (None: random) and a sentence for the card that says which."""

    state: dict[str, Any] | None
    description: str


def imagenet_resnet50() -> StartWeights:
    """ImageNet weights from WEIGHTS_DIR, torch's cache or torchvision's server; random ones where none can
    be had.

    Offline it gives up after 8 seconds. A file that does not match its checksum is not used.
    """
    for folder in _folders():
        content = _checked(folder / FILE_NAME)
        if content is not None:
            return _loaded(folder / FILE_NAME, source=f"from {folder.name}")
    content = _download()
    if content is None:
        return StartWeights(state=None, description=f"{RANDOM}: no ImageNet weights could be had")
    target = _folders()[0] / FILE_NAME
    target.parent.mkdir(parents=True, exist_ok=True)
    write_durably(target, content)
    return _loaded(target, source="downloaded")


def _loaded(path: Path, *, source: str) -> StartWeights:
    state = torch.load(path, map_location="cpu", weights_only=True)
    return StartWeights(state=state, description=f"ImageNet (torchvision IMAGENET1K_V1, {source})")


def _folders() -> list[Path]:
    given = os.environ.get("WEIGHTS_DIR")
    cache = Path(torch.hub.get_dir()) / "checkpoints"
    return [Path(given), cache] if given else [cache]


def _checked(path: Path) -> bytes | None:
    return _matching(path.read_bytes()) if path.is_file() else None


def _matching(content: bytes) -> bytes | None:
    wanted = FILE_NAME.split("-")[1].removesuffix(".pth")
    return content if hashlib.sha256(content).hexdigest().startswith(wanted) else None


def _download() -> bytes | None:
    """The file's content, or None. A thread does the asking: name resolution knows no time-out of its own."""
    answers: queue.Queue[Any] = queue.Queue()

    def ask() -> None:
        try:
            with urllib.request.urlopen(ADDRESS, timeout=READ_TIMEOUT_SECONDS) as response:
                answers.put(None)
                answers.put(response.read())
        except (OSError, ValueError) as problem:
            answers.put(problem)

    threading.Thread(target=ask, name="weights-download", daemon=True).start()
    try:
        if answers.get(timeout=FIRST_ANSWER_SECONDS) is not None:
            return None
        content = answers.get(timeout=DOWNLOAD_SECONDS)
    except queue.Empty:
        return None
    return _matching(content) if isinstance(content, bytes) else None
