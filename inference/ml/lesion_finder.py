"""A classifier that also reads a segmenter's findings, with the very segmenter that its card names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inference.ml.engine import Classifier, Segmenter
from inference.ml.errors import UnusableData
from inference.ml.lesion_facts import VERSION, fact_names
from inference.ml.model_store import StoredModel, load_model

Needed = Mapping[str, Path]  # id -> folder of segmenters whose findings classifiers read
NO_OTHERS: Needed = {}


def needed_model(card: Mapping[str, Any]) -> str | None:
    """The id of the segmenter whose findings a classifier reads; None where it sees the picture alone."""
    named = list(card.get("depends_on") or ())
    return str(named[0]) if named else None


def needed_from(folder: Path | None) -> dict[str, Path]:
    """The model of a folder as `Needed`; nothing without a folder. Raises UnusableData."""
    return {} if folder is None else {load_model(folder).id: folder}


def load_classifier(
    stored: StoredModel, *, needed: Needed, threads: int = 1, at_hand: Segmenter | None = None
) -> Classifier:
    """The classifier with what it needs: `at_hand`, where that is the one, or loaded from its folder.

    Raises UnusableData("missing_dependency"), ("bad_card"), and ChangedModel when the segmenter's files are
    no longer those that the classifier learned with.
    """
    wanted = needed_model(stored.card)
    if wanted is None:
        return Classifier(stored, threads=threads)
    if at_hand is None or at_hand.id != wanted:
        at_hand = _loaded(stored, wanted, needed, threads=threads)
    told = stored.card["input"].get("lesions") or {}
    if told.get("version") != VERSION or list(told.get("facts") or ()) != fact_names(at_hand.classes):
        raise UnusableData(
            "bad_card",
            f"model {stored.id[:12]} reads other findings than segmenter {wanted[:12]} gives here",
            remedy="Train the classifier again with this segmenter.",
        )
    return Classifier(stored, threads=threads, lesion_finder=at_hand)


def _loaded(stored: StoredModel, wanted: str, needed: Needed, *, threads: int) -> Segmenter:
    if wanted not in needed:
        raise UnusableData(
            "missing_dependency",
            f"model {stored.id[:12]} reads the findings of segmenter {wanted[:12]}, which is not here",
            remedy="Register that very segmenter first; another one finds other lesions.",
        )
    return Segmenter(load_model(needed[wanted], expected_id=wanted), threads=threads)
