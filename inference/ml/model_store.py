"""Model versions on disk: `model.onnx` and `card.json`, named by a sha256 over both.

The id never changes and is checked before the model is loaded: what predicts is what was promoted.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.ml.checkpoints import write_durably
from inference.ml.errors import ChangedModel, UnusableData
from inference.ml.events import finite

MODEL_FILE = "model.onnx"
CARD_FILE = "card.json"
NEEDED = ("task", "input", "output", "thresholds", "depends_on")

Card = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredModel:
    """A model version whose files were read and, where an id was given, found unchanged."""

    id: str
    onnx: bytes
    card: Card


def canonical_card(card: Card) -> bytes:
    """The one byte form of a card that its model's id covers: sorted keys, no spaces, UTF-8, no NaN."""
    text = json.dumps(
        finite(card), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def model_id(onnx: bytes, card: Card) -> str:
    """sha256 (hex) over the digests of the model file and of the canonical card."""
    both = hashlib.sha256(onnx).digest() + hashlib.sha256(canonical_card(card)).digest()
    return hashlib.sha256(both).hexdigest()


def write_model(folder: Path, *, onnx: bytes, card: Card) -> str:
    """Write a model version and return its id. The card goes last: a folder without one is no model yet."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD_FILE).unlink(missing_ok=True)  # an earlier model's card must never stand by this one
    write_durably(folder / MODEL_FILE, onnx)
    pretty = json.dumps(finite(card), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    write_durably(folder / CARD_FILE, pretty.encode() + b"\n")
    return model_id(onnx, card)


def load_model(folder: Path, *, expected_id: str | None = None) -> StoredModel:
    """Read a model version; with `expected_id`, only if nothing in it has changed.

    Raises UnusableData("missing_file" or "bad_card") and ChangedModel("changed_model").
    """
    onnx = _read(folder / MODEL_FILE)
    card = _parse_card(folder / CARD_FILE, _read(folder / CARD_FILE))
    found = model_id(onnx, card)
    if expected_id is not None and found != expected_id:
        raise ChangedModel(
            "changed_model",
            f"{folder}: {MODEL_FILE} or {CARD_FILE} has changed (id {expected_id[:12]}, now {found[:12]})",
            remedy="It was not loaded. Restore the folder from a backup, or train or register it again.",
        )
    return StoredModel(id=found, onnx=onnx, card=card)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise UnusableData(
            "missing_file",
            f"{path}: the model's file can't be read ({problem.strerror})",
            remedy="A model version is a folder with model.onnx and card.json; restore it from a backup.",
        ) from problem


def _parse_card(path: Path, content: bytes) -> Card:
    try:
        card = json.loads(content)
        missing = [key for key in NEEDED if key not in card]
    except (ValueError, TypeError) as problem:
        raise _bad_card(path, str(problem)) from problem
    if not isinstance(card, dict) or missing:
        raise _bad_card(path, f"it lacks {', '.join(missing)}")
    return card


def _bad_card(path: Path, reason: str) -> UnusableData:
    return UnusableData(
        "bad_card",
        f"{path}: not a model card: {reason}",
        remedy="Export the model again; the card is made with it.",
    )
