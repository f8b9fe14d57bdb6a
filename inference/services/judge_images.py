"""Judges image after image with loaded models, and goes on past the ones that can't be read.

Only workers and commands import this module: it loads ONNX Runtime.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

from imaging.arrays import RgbImage
from imaging.errors import ImagingError
from imaging.fov import Fov
from imaging.quality import Quality
from inference.ml.errors import MlError
from inference.ml.predict import ImagePrediction, Predictor
from inference.ml.read_ahead import read_ahead

K = TypeVar("K")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Generic[K]):
    """One image to judge: how to decode it (in another thread); its field of view and quality where known."""

    key: K
    decode: Callable[[], RgbImage]
    fov: Fov | None = None
    quality: Quality | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(Generic[K]):
    """What came of one image: a prediction, or why there is none."""

    key: K
    prediction: ImagePrediction | None = None
    problem: MlError | ImagingError | None = None


def judge_images(predictor: Predictor, sources: Iterable[Source[K]]) -> Iterator[Judged[K]]:
    """Judge all sources in order; the next one is decoded while the models work, so two are in memory."""
    for source, decoding in read_ahead(sources, decode=lambda source: source.decode()):
        yield _judge(predictor, source, decoding)


def _judge(predictor: Predictor, source: Source[K], decoding: Future[RgbImage]) -> Judged[K]:
    try:
        prediction = predictor.predict(decoding.result(), fov=source.fov, quality=source.quality)
        return Judged(key=source.key, prediction=prediction)
    except (MlError, ImagingError) as problem:
        return Judged(key=source.key, problem=problem)
