"""A model on images from somewhere else: asked about one after the other, scored at its card's thresholds."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from inference.ml.classifier_scoring import Judged, classification_report
from inference.ml.compare import HistogramPair, compare_aupr
from inference.ml.data import prepare, read_unchecked_rgb
from inference.ml.engine import DR, REFERABLE, Classifier, Segmenter
from inference.ml.evaluate import segmentation_report
from inference.ml.lesion_finder import NO_OTHERS, Needed, load_classifier
from inference.ml.lesion_judge import LesionJudge
from inference.ml.looks import Look
from inference.ml.manifest import Item
from inference.ml.metrics import pixel_histogram
from inference.ml.model_store import StoredModel
from inference.ml.trivial_baseline import crossed_scores, picture_facts
from inference.ml.trivial_lesions import plain_lesion_map

SEED = 1


class Examination(Protocol):
    """One model, asked about images of which something is known."""

    def ask(self, item: Item, look: Look) -> bool:
        """Ask about an image; False when nothing is known of it that the model could be held to."""
        ...

    def scores(self) -> dict[str, Any]:
        """The scores over all images asked about, as a card has them for its test images."""
        ...


def load_examination(stored: StoredModel, *, needed: Needed = NO_OTHERS, threads: int = 1) -> Examination:
    """The model, ready to be asked. Raises UnusableData as the engine does."""
    if stored.card["task"] == "classifier":
        return ClassifierExamination(classifier=load_classifier(stored, needed=needed, threads=threads))
    return SegmenterExamination(segmenter=Segmenter(stored, threads=threads))


def read_look(item: Item) -> Look:
    """An image that no import has checked. Raises UnusableData."""
    return Look(read_unchecked_rgb(item.path), fov=item.fov)


@dataclass(slots=True, kw_only=True)
class ClassifierExamination:
    """A classifier on any DR and, where it was trained for it, referable DR."""

    classifier: Classifier
    _truth: dict[str, list[float]] = field(default_factory=dict)
    _logits: dict[str, list[float]] = field(default_factory=dict)
    _facts: list[list[float]] = field(default_factory=list)
    _patients: list[str] = field(default_factory=list)

    def ask(self, item: Item, look: Look) -> bool:
        """Its logits; the image's plain facts for the baseline. Raises ImagingError, UnusableData."""
        known = {DR: item.label, REFERABLE: item.referable}
        if all(known[name] is None for name in self.classifier.classes):
            return False
        frame, picture = look.square(self.classifier.side)
        logits, _ = self.classifier.judge(look)
        facts = picture_facts(picture, frame.inside, item.path)  # may raise: nothing is kept before
        for name, logit in logits.items():
            truth = known[name]
            self._truth.setdefault(name, []).append(np.nan if truth is None else float(truth))
            self._logits.setdefault(name, []).append(logit)
        self._facts.append(facts)
        self._patients.append(item.patient)
        return True

    def scores(self) -> dict[str, Any]:
        """As `classification_report`: any DR, and referable DR under that name."""
        found: dict[str, Any] = {}
        for name in self.classifier.classes:
            judged = self._judged(name)
            if not len(judged.truth):
                continue
            report = classification_report(
                judged,
                calibration=self.classifier.calibrations[name],
                threshold=self.classifier.thresholds[name],
                seed=SEED,
            ) | {"threshold": self.classifier.thresholds[name]}
            found |= report if name == DR else {"referable": report}
        return found

    def _judged(self, name: str) -> Judged:
        """The images whose truth is known."""
        truth = np.array(self._truth.get(name, []), np.float64)
        rows = np.flatnonzero(np.isfinite(truth)).tolist()
        patients = tuple(self._patients[row] for row in rows)
        return Judged(
            truth=truth[rows],
            logits=np.array([self._logits[name][row] for row in rows], np.float64),
            baseline=crossed_scores(
                np.array([self._facts[row] for row in rows], np.float64), truth[rows], patients=patients
            ),
            patients=patients,
        )


@dataclass(slots=True, kw_only=True)
class SegmenterExamination:
    """A segmenter on the lesion classes that it knows and somebody looked for."""

    segmenter: Segmenter
    _judge: LesionJudge = field(init=False)
    _beside: dict[str, list[HistogramPair]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with no image."""
        self._judge = LesionJudge(
            self.segmenter.classes,
            thresholds=self.segmenter.thresholds,
            smallest_px=self.segmenter.minimum_component_px,
        )

    def ask(self, item: Item, look: Look) -> bool:
        """Its maps against the labels, and plain brightness against them."""
        classes = self.segmenter.classes
        if not set(classes) & set(item.looked_for):
            return False
        labelled = prepare([item], side=self.segmenter.side, classes=classes, read=lambda _: look.rgb)
        maps = look.maps(self.segmenter)
        self._judge.take(np.stack(list(maps.values())), labelled, 0, patient=item.patient)
        picture, inside = labelled.images[0], labelled.inside[0]
        for index, code in enumerate(classes):
            if labelled.known[0, index]:
                truth = labelled.masks[0, ..., index]
                plain = plain_lesion_map(picture, inside, code)
                pair = HistogramPair(
                    patient=item.patient,
                    candidate=pixel_histogram(maps[code], truth, inside),
                    champion=pixel_histogram(plain, truth, inside),
                )
                self._beside.setdefault(code, []).append(pair)
        return True

    def scores(self) -> dict[str, Any]:
        """As `segmentation_report`, with `froc`; `baseline` and `over_baseline`: AUPR of each class."""
        beside = {code: compare_aupr({code: rows}) for code, rows in self._beside.items()}
        return segmentation_report(
            self._judge.histograms,
            thresholds=self.segmenter.thresholds,
            seed=SEED,
            patients=self._judge.patients,
        ) | {
            "froc": self._judge.froc(seed=SEED),
            "baseline": {code: paired.champion for code, paired in beside.items()},
            "over_baseline": {code: paired.difference for code, paired in beside.items()},
        }
