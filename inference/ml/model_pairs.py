"""A candidate and a champion asked about image after image; what they say is kept until the end."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.arrays import RgbImage
from inference.ml.compare import HistogramPair, Paired, compare_auc, compare_aupr
from inference.ml.data import Prepared, prepare, read_rgb
from inference.ml.engine import DR, Classifier, OnnxModel, Segmenter
from inference.ml.lesion_finder import NO_OTHERS, Needed, load_classifier
from inference.ml.looks import Look
from inference.ml.manifest import Item
from inference.ml.metrics import (
    PixelHistogram,
    bootstrap_classification,
    pixel_histogram,
    segmentation_scores,
)
from inference.ml.model_store import StoredModel

MOST_DIFFERENT = 0.5  # shared part (Dice) of two lesion masks below which they disagree
SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What both models say about one image, as JSON values; `gap`, 0 to 1, is how far apart they are."""

    truth: Mapping[str, Any]
    candidate: Mapping[str, Any]
    champion: Mapping[str, Any]
    gap: float
    disagree: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PairScores:
    """The main score of both, and what else to know of each, as JSON values."""

    metric: str
    paired: Paired
    details: Mapping[str, Any]


class ModelPair(Protocol):
    """Two models of one task."""

    @property
    def given_up(self) -> list[str]:
        """Classes that the champion tells and the candidate does not."""
        ...

    def ask(self, item: Item) -> Said | None:
        """Ask both about an image; None when nothing about it is known that both could be held to."""
        ...

    def scores(self) -> PairScores:
        """Scores over all images asked about."""
        ...


def load_pair(
    *, candidate: StoredModel, champion: StoredModel, needed: Needed = NO_OTHERS, threads: int = 1
) -> ModelPair:
    """Both models, ready to be asked. Raises UnusableData as the engine does, and when tasks differ."""
    if candidate.card["task"] == "classifier":
        return ClassifierPair(
            candidate=load_classifier(candidate, needed=needed, threads=threads),
            champion=load_classifier(champion, needed=needed, threads=threads),
        )
    return SegmenterPair(
        candidate=Segmenter(candidate, threads=threads), champion=Segmenter(champion, threads=threads)
    )


@dataclass(slots=True, kw_only=True)
class ClassifierPair:
    """Two classifiers, compared by the AUC for any DR; each calls DR at its own threshold."""

    candidate: Classifier
    champion: Classifier
    _truth: list[float] = field(default_factory=list)
    _probability: dict[str, list[float]] = field(default_factory=lambda: {"candidate": [], "champion": []})
    _patients: list[str] = field(default_factory=list)

    @property
    def given_up(self) -> list[str]:
        """Classes that the champion tells and the candidate does not."""
        return _given_up(self.candidate, self.champion)

    def ask(self, item: Item) -> Said | None:
        """Both probabilities of DR."""
        if item.label is None:
            return None
        look = Look(read_rgb(item.path), fov=item.fov)
        said: dict[str, dict[str, Any]] = {}
        for name, model in self._models().items():
            probability = model.probabilities(look)[0][DR]
            said[name] = {"probability": probability, "dr": probability >= model.thresholds[DR]}
            self._probability[name].append(probability)
        self._truth.append(float(item.label))
        self._patients.append(item.patient)
        return Said(
            truth={"dr": bool(item.label)},
            candidate=said["candidate"],
            champion=said["champion"],
            gap=abs(said["candidate"]["probability"] - said["champion"]["probability"]),
            disagree=said["candidate"]["dr"] != said["champion"]["dr"],
        )

    def scores(self) -> PairScores:
        """AUC of both; beside it each one's scores at its own threshold."""
        truth = np.array(self._truth)
        probability = {name: np.array(values) for name, values in self._probability.items()}
        details = {
            name: {
                "threshold": model.thresholds[DR],
                **bootstrap_classification(
                    truth,
                    probability[name],
                    threshold=model.thresholds[DR],
                    patients=self._patients,
                    seed=SEED,
                ),
            }
            for name, model in self._models().items()
        }
        paired = compare_auc(
            truth, probability["candidate"], probability["champion"], patients=self._patients
        )
        return PairScores(metric="auc", paired=paired, details=details)

    def _models(self) -> dict[str, Classifier]:
        return {"candidate": self.candidate, "champion": self.champion}


@dataclass(slots=True, kw_only=True)
class SegmenterPair:
    """Two segmenters, compared by the mean AUPR over the lesion classes that both know.

    Pixels are those of the finer model's square, so that both are judged on the same ones.
    """

    candidate: Segmenter
    champion: Segmenter
    _pairs: dict[str, list[HistogramPair]] = field(default_factory=dict)

    @property
    def given_up(self) -> list[str]:
        """Classes that the champion tells and the candidate does not."""
        return _given_up(self.candidate, self.champion)

    def ask(self, item: Item) -> Said | None:
        """Both models' lesions: Dice of each with the labels, and how much of them they share."""
        classes = [code for code in self.classes if code in item.looked_for]
        if not classes:
            return None
        rgb = read_rgb(item.path)
        finer = max((self.candidate, self.champion), key=lambda model: model.side)
        labelled = _prepared(item, rgb, finer, classes=classes)
        inside, truth = labelled.inside[0], labelled.masks[0]
        maps = {name: _maps(model, item, rgb, finer) for name, model in self._models().items()}
        said: dict[str, dict[str, Any]] = {name: {} for name in maps}
        shared: list[float] = []
        for index, code in enumerate(classes):
            histograms = {name: pixel_histogram(maps[name][code], truth[..., index], inside) for name in maps}
            self._pairs.setdefault(code, []).append(HistogramPair(patient=item.patient, **histograms))
            called = {
                name: maps[name][code] >= model.thresholds[code] for name, model in self._models().items()
            }
            for name in maps:
                said[name][code] = _dice(called[name], truth[..., index])
            together = _dice(called["candidate"], called["champion"])
            shared += [] if together is None else [together]
        gap = 1 - float(np.mean(shared)) if shared else 0.0
        return Said(
            truth={code: bool(truth[..., index].any()) for index, code in enumerate(classes)},
            candidate={"dice": said["candidate"]},
            champion={"dice": said["champion"]},
            gap=gap,
            disagree=gap > MOST_DIFFERENT,
        )

    def scores(self) -> PairScores:
        """Mean AUPR of both; beside it each class of each model."""
        paired = compare_aupr(self._pairs)
        details: dict[str, Any] = {name: {"classes": {}} for name in self._models()}
        for code, rows in self._pairs.items():
            details["candidate"]["classes"][code] = _pooled(
                [row.candidate for row in rows], self.candidate.thresholds[code]
            )
            details["champion"]["classes"][code] = _pooled(
                [row.champion for row in rows], self.champion.thresholds[code]
            )
            difference = compare_aupr({code: rows}).difference
            details.setdefault("difference", {})[code] = difference
        return PairScores(metric="aupr", paired=paired, details=details)

    @property
    def classes(self) -> list[str]:
        """Lesion classes that both models know, in the candidate's order."""
        return [code for code in self.candidate.classes if code in self.champion.classes]

    def _models(self) -> dict[str, Segmenter]:
        return {"candidate": self.candidate, "champion": self.champion}


def _given_up(candidate: Classifier | Segmenter, champion: Classifier | Segmenter) -> list[str]:
    return [name for name in champion.classes if name not in candidate.classes]


def paired_json(paired: Paired) -> dict[str, Any]:
    """`candidate`, `champion`, `difference`, each `{value, low, high}`."""
    return asdict(paired)


def _prepared(item: Item, rgb: RgbImage, model: OnnxModel, *, classes: list[str] | None = None) -> Prepared:
    """The image, decoded already, in a model's own square."""
    return prepare([item], side=model.side, classes=classes or [], read=lambda _: rgb)


def _maps(model: Segmenter, item: Item, rgb: RgbImage, finer: Segmenter) -> dict[str, NDArray[np.uint8]]:
    """8-bit probabilities of each class in the finer model's square."""
    own = _prepared(item, rgb, model)
    size = (finer.side, finer.side)
    return {
        code: np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_LINEAR), np.uint8)
        for code, values in zip(model.classes, model.maps(own.images[0], own.inside[0]), strict=True)
    }


def _dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float | None:
    """Shared part of two masks, 0 to 1; None when both are empty."""
    both = int(one.sum()) + int(other.sum())
    return 2 * int((one & other).sum()) / both if both else None


def _pooled(histograms: list[PixelHistogram], threshold: int) -> dict[str, float | None]:
    lesion = np.sum([one.lesion for one in histograms], 0)
    other = np.sum([one.other for one in histograms], 0)
    scores = segmentation_scores(lesion, other, threshold=threshold)
    return {name: float(value) if np.isfinite(value) else None for name, value in scores.items()}
