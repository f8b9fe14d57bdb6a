"""Judges image after image with loaded models, and goes on past the ones that can't be read.

Only workers and commands import this module: it loads ONNX Runtime.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from imaging.arrays import RgbImage
from imaging.errors import ImagingError
from imaging.fov import Fov
from imaging.quality import Quality
from inference.ml.errors import MlError
from inference.ml.predict import ImagePrediction, Predictor

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
    waiting = iter(sources)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="decode") as pool:
        ahead = _decode_next(pool, waiting)
        while ahead is not None:
            source, decoding = ahead
            ahead = _decode_next(pool, waiting)
            yield _judge(predictor, source, decoding)


def _decode_next(
    pool: ThreadPoolExecutor, waiting: Iterator[Source[K]]
) -> tuple[Source[K], Future[RgbImage]] | None:
    source = next(waiting, None)
    return None if source is None else (source, pool.submit(source.decode))


def _judge(predictor: Predictor, source: Source[K], decoding: Future[RgbImage]) -> Judged[K]:
    try:
        prediction = predictor.predict(decoding.result(), fov=source.fov, quality=source.quality)
        return Judged(key=source.key, prediction=prediction)
    except (MlError, ImagingError) as problem:
        return Judged(key=source.key, problem=problem)
