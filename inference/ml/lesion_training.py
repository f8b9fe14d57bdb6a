"""What a run of a classifier that reads findings needs: a segmenter's look at each image, and what it knew.

A segmenter finds more in images that it learned from than it will in others. Such test images are left out
where enough others remain, and the card says how many images of the run had taught the segmenter.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.ml.architectures import architecture_of
from inference.ml.checkpoints import write_durably
from inference.ml.data import read_rgb
from inference.ml.engine import Segmenter
from inference.ml.errors import UnusableData
from inference.ml.events import Emit
from inference.ml.lesion_facts import VERSION, fact_names, facts_of
from inference.ml.looks import Look
from inference.ml.manifest import Item, Manifest
from inference.ml.model_store import load_model
from inference.ml.requests import TrainRequest
from inference.ml.scoring import Folds
from inference.ml.settings import Settings
from inference.ml.split import FOLDS, Fold

FEWEST_LEFT = 5  # test images of each label, for those that taught the segmenter to be left out


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionReading:
    """The segmenter that a run reads, and the run's images without the test images that taught it.

    `taught`: images of the run that the segmenter learned from, by fold, those left out included; None where
    nobody knows.
    """

    segmenter: Segmenter
    manifest: Manifest
    left_out: int
    taught: Mapping[Fold, int] | None

    def added_to(self, folds: Folds, *, cache: Path, emit: Emit) -> Folds:
        """The prepared images with what the segmenter finds in each; kept in `cache` over restarts."""
        total, done = len(self.manifest.items), 0
        found: Folds = {}
        for fold in FOLDS:
            rows = []
            for item in self.manifest.of(fold):
                rows.append(self._facts(item, cache))
                done += 1
                emit({"event": "preparing", "done": done, "total": total})
            count = len(fact_names(self.segmenter.classes))
            found[fold] = replace(folds[fold], lesions=np.array(rows, np.float32).reshape(-1, count))
        return found

    def card_part(self, card: Mapping[str, Any]) -> dict[str, Any]:
        """What the card says of the segmenter: `depends_on`, the second input, and who knew which images."""
        facts = {"facts": fact_names(self.segmenter.classes), "version": VERSION}
        return {
            "depends_on": [self.segmenter.id],
            "input": {**card["input"], "lesions": facts},
            "lesion_finder": {
                "model": self.segmenter.id,
                "title": self.segmenter.card.get("title"),
                "taught_by": self.taught,
                "test_images_left_out": self.left_out,
            },
        }

    @property
    def limits(self) -> list[str]:
        """What to know of how far its scores can be trusted."""
        if self.taught is None:
            return [
                "It is not known which images its segmenter learned from. If test images are among them, the "
                "scores are too hopeful."
            ]
        limits = []
        if learned := self.taught["train"] + self.taught["validation"]:
            limits.append(
                f"Its segmenter had learned from {learned} of the images that this model learned or was set "
                "by, and finds more there than elsewhere: this model may trust findings too much."
            )
        if self.left_out:
            limits.append(
                f"{self.left_out} test image(s) that its segmenter had learned from are not in its scores."
            )
        elif self.taught["test"]:
            limits.append(
                f"Its segmenter had learned from {self.taught['test']} of the test images: the scores are "
                "too hopeful."
            )
        return limits

    def _file(self, item: Item, cache: Path) -> Path:
        stamp = item.path.stat()
        fov = item.fov.to_json() if item.fov is not None else None
        named = json.dumps(
            [VERSION, self.segmenter.id, str(item.path), stamp.st_size, stamp.st_mtime_ns, fov]
        )
        return cache / f"{hashlib.sha256(named.encode()).hexdigest()[:32]}.lesions.npy"

    def _facts(self, item: Item, cache: Path) -> NDArray[np.float32]:
        kept = self._file(item, cache)
        with suppress(OSError, ValueError):
            return np.asarray(np.load(kept, allow_pickle=False), np.float32)
        facts = facts_of(Look(read_rgb(item.path), fov=item.fov), self.segmenter)
        buffer = io.BytesIO()
        np.save(buffer, facts)
        cache.mkdir(parents=True, exist_ok=True)
        write_durably(kept, buffer.getvalue())
        return facts


def lesion_reading(settings: Settings, request: TrainRequest, manifest: Manifest) -> LesionReading | None:
    """The segmenter of a run that reads one; None for networks that see the picture alone.

    Raises UnusableData("missing_dependency") when none is named, ChangedModel when its files changed.
    """
    if not architecture_of(settings).reads_lesions:
        return None
    if request.segmenter is None:
        raise UnusableData(
            "missing_dependency",
            "this classifier reads a segmenter's findings, and no segmenter was named",
            remedy="Promote a segmenter first, or name one's folder as `segmenter`.",
        )
    stored = load_model(request.segmenter, expected_id=request.segmenter_id)
    honest = _without_taught_tests(manifest)
    known = any(item.taught_segmenter is not None for item in manifest.items)
    taught = {fold: sum(item.taught_segmenter is True for item in manifest.of(fold)) for fold in FOLDS}
    return LesionReading(
        segmenter=Segmenter(stored, threads=request.threads),
        manifest=honest,
        left_out=len(manifest.items) - len(honest.items),
        taught=taught if known else None,
    )


def _without_taught_tests(manifest: Manifest) -> Manifest:
    """Without the test images that the segmenter learned from, where enough of both labels remain."""
    remaining = [item for item in manifest.of("test") if not item.taught_segmenter]
    counts = [sum(item.label == label for item in remaining) for label in (0, 1)]
    if min(counts) < FEWEST_LEFT:
        return manifest
    kept = tuple(item for item in manifest.items if item.fold != "test" or not item.taught_segmenter)
    return replace(manifest, items=kept)
