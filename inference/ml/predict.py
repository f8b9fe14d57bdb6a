"""What the models say about an image: maps, lesions, DR probability and heat map, at the image's own size.

ONNX Runtime, NumPy and OpenCV only: this runs in the worker's own process, without torch or TensorFlow.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.arrays import BoolMask, GrayImage, RgbImage
from imaging.fov import Fov
from imaging.frame import Frame, square_frame
from imaging.png import encode_grey
from imaging.quality import Quality, measure_quality
from inference.ml.data import read_rgb
from inference.ml.engine import DR, REFERABLE, Classifier, Segmenter
from inference.ml.errors import UnusableData
from inference.ml.findings import Finding, LesionSummary, find_lesions, largest
from inference.ml.lesion_finder import NO_OTHERS, Needed, load_classifier
from inference.ml.looks import Look
from inference.ml.model_store import load_model
from inference.ml.read_ahead import read_ahead

HEATMAP_LONGER_SIDE_PX = 800
HEATMAP_SQUARE_PX = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageToPredict:
    """One image of a prediction run."""

    id: str
    path: Path
    fov: Fov | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePrediction:
    """What was predicted for one image.

    `frame_maps` and `frame_masks`: per class uint8 and bool (S, S) in `frame`, the segmenter's square;
    `probability_map` and `lesion_mask` bring one to the image's own size. `activation`: float32
    (h, w), or None without a classifier.
    """

    fov: Fov
    quality: Quality
    dr_probability: float | None
    dr_threshold: float | None
    referable_probability: float | None
    referable_threshold: float | None
    lesions: Mapping[str, LesionSummary]
    findings: Sequence[Finding]
    frame: Frame | None
    frame_maps: Mapping[str, GrayImage]
    frame_masks: Mapping[str, BoolMask]
    activation: NDArray[np.float32] | None

    def probability_map(self, lesion_class: str) -> GrayImage:
        """Probability at the image's own size, uint8 (H, W): 255 is certain, 0 outside the FOV."""
        if self.frame is None:
            raise KeyError(lesion_class)
        return self.frame.map_to_stored(self.frame_maps[lesion_class])

    def lesion_mask(self, lesion_class: str) -> BoolMask:
        """The lesions that were counted, at the image's own size, bool (H, W)."""
        if self.frame is None:
            raise KeyError(lesion_class)
        return self.frame.mask_to_stored(self.frame_masks[lesion_class])

    def heatmap(self) -> GrayImage | None:
        """What spoke for DR, uint8, the image's shape with at most 800 px on the longer side.

        The positive part of the class activation map over its own maximum; 0 outside the FOV.
        """
        return None if self.activation is None else _heatmap(self.activation, self.fov)

    def to_json(self) -> dict[str, Any]:
        """Everything but the pictures, as plain JSON values."""
        return {
            "gradable": self.quality.gradable,
            "ungradable_reason": self.quality.worst_problem,
            "dr_probability": self.dr_probability,
            "dr_threshold": self.dr_threshold,
            "referable_probability": self.referable_probability,
            "referable_threshold": self.referable_threshold,
            "lesions": {
                name: {"count": one.count, "area_px": one.area_px, "area_fov_percent": one.area_fov_percent}
                for name, one in self.lesions.items()
            },
            "findings": [finding.to_json() for finding in self.findings],
        }


class Predictor:
    """A classifier and a segmenter (or one of them) that judge one image after the other.

    Load it once and keep it: loading costs more than a prediction. Not safe to share between threads.
    """

    def __init__(self, *, classifier: Classifier | None = None, segmenter: Segmenter | None = None) -> None:
        if classifier is None and segmenter is None:
            raise UnusableData("no_model", "a prediction needs a model", remedy="Promote or name a model.")
        self.classifier = classifier
        self.segmenter = segmenter

    @classmethod
    def load(
        cls,
        *,
        classifier: Path | None = None,
        segmenter: Path | None = None,
        classifier_id: str | None = None,
        segmenter_id: str | None = None,
        needed: Needed = NO_OTHERS,
        threads: int = 1,
    ) -> "Predictor":
        """Load model folders, each checked against its id where one is given.

        `needed`: folders of the segmenters whose findings a classifier may read, by id. Raises UnusableData
        and ChangedModel.
        """
        stored_classifier = load_model(classifier, expected_id=classifier_id) if classifier else None
        stored_segmenter = load_model(segmenter, expected_id=segmenter_id) if segmenter else None
        finder = Segmenter(stored_segmenter, threads=threads) if stored_segmenter else None
        return cls(
            classifier=load_classifier(stored_classifier, needed=needed, threads=threads, at_hand=finder)
            if stored_classifier
            else None,
            segmenter=finder,
        )

    def predict(
        self, rgb: RgbImage, *, fov: Fov | None = None, quality: Quality | None = None
    ) -> ImagePrediction:
        """Judge one stored image uint8 (H, W, 3); field of view and quality are found when not given.

        Raises UnusableData("no_number") when a model gives none.
        """
        look = Look(rgb, fov=fov)
        probabilities: Mapping[str, float] = {}
        thresholds: Mapping[str, float] = {}
        activation = None
        if self.classifier is not None:
            probabilities, activation = self.classifier.probabilities(look)
            thresholds = self.classifier.thresholds
        lesions: dict[str, LesionSummary] = {}
        findings: list[Finding] = []
        maps: dict[str, GrayImage] = {}
        masks: dict[str, BoolMask] = {}
        frame = None
        if self.segmenter is not None:
            frame, _ = look.square(self.segmenter.side)
            maps = look.maps(self.segmenter)
            for name, values in maps.items():
                lesions[name], found, masks[name] = find_lesions(
                    values,
                    lesion_class=name,
                    level=self.segmenter.thresholds[name],
                    smallest_px=self.segmenter.minimum_component_px,
                    frame=frame,
                )
                findings += found
        return ImagePrediction(
            fov=look.fov,
            quality=quality or measure_quality(rgb, look.fov),
            dr_probability=probabilities.get(DR),
            dr_threshold=thresholds.get(DR),
            referable_probability=probabilities.get(REFERABLE),
            referable_threshold=thresholds.get(REFERABLE),
            lesions=lesions,
            findings=largest(findings),
            frame=frame,
            frame_maps=maps,
            frame_masks=masks,
            activation=activation,
        )

    def try_once(self) -> None:
        """Run the models on a plain picture; raises UnusableData when one fails or gives no number."""
        grey = np.full((256, 256, 3), 120, np.uint8)
        try:
            self.predict(grey)
        except UnusableData:
            raise
        except Exception as problem:
            raise UnusableData(
                "model_does_not_run",
                f"the model fails on a plain picture: {problem}",
                remedy="Export it again.",
            ) from problem


def predict_images(
    predictor: Predictor,
    images: Iterable[ImageToPredict],
    *,
    out_dir: Path,
    before_each: Callable[[], None] = lambda: None,
) -> Iterator[dict[str, Any]]:
    """Predict image after image, write its pictures to `out_dir` and yield its `image` event (design:
    cli.py).

    The next image is decoded, and the last one's pictures are written, while the model works: three images
    at most are in memory. `before_each` may raise to stop (cancel). An image that can't be read raises
    UnusableData.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="write") as pool:
        written: Future[dict[str, Any]] | None = None
        for image, decoding in read_ahead(images, decode=lambda image: read_rgb(image.path)):
            before_each()
            prediction = predictor.predict(decoding.result(), fov=image.fov)
            if written is not None:
                yield written.result()
            written = pool.submit(write_prediction, prediction, image_id=image.id, out_dir=out_dir)
        if written is not None:
            yield written.result()


def write_prediction(prediction: ImagePrediction, *, image_id: str, out_dir: Path) -> dict[str, Any]:
    """Write `<id>_<CLASS>.png` at the image's own size and `<id>_heatmap.png`; returns the `image` event."""
    stem = re.sub(r"[^A-Za-z0-9._-]", "_", image_id)
    maps: dict[str, str] = {}
    for name in prediction.frame_maps:
        maps[name] = f"{stem}_{name}.png"
        (out_dir / maps[name]).write_bytes(encode_grey(prediction.probability_map(name)))
    heatmap = prediction.heatmap()
    if heatmap is not None:
        (out_dir / f"{stem}_heatmap.png").write_bytes(encode_grey(heatmap))
    return {
        "event": "image",
        "id": image_id,
        **prediction.to_json(),
        "maps": maps,
        "heatmap": f"{stem}_heatmap.png" if heatmap is not None else None,
    }


def _heatmap(activation: NDArray[np.float32], fov: Fov) -> GrayImage:
    """Scale an activation map of the classifier's square to the small picture of the whole image."""
    positive = np.maximum(activation, 0)
    levels = np.rint(255 * positive / max(float(positive.max()), 1e-6)).astype(np.uint8)
    side = HEATMAP_SQUARE_PX
    frame = square_frame(fov, side=side)
    square = cv2.resize(levels, (side, side), interpolation=cv2.INTER_LINEAR)
    square[~frame.inside] = 0
    shrink = min(1.0, HEATMAP_LONGER_SIDE_PX / max(fov.width, fov.height))
    size = (max(1, round(fov.width * shrink)), max(1, round(fov.height * shrink)))
    corners = np.array([[0.5, 0.5], [size[0] - 0.5, 0.5], [0.5, size[1] - 0.5]])
    stored = corners * (fov.width / size[0], fov.height / size[1])
    here, there = (corners - 0.5).astype(np.float32), (frame.points_to_frame(stored) - 0.5).astype(np.float32)
    move = cv2.getAffineTransform(here, there)
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(square, move, size, flags=how), np.uint8)
