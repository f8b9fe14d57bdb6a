"""Prediction end to end against the plain way: Pillow decode, Pillow resize and a bare InferenceSession.run.

Ours decodes, finds the field of view, runs both models, finds lesions and writes probability maps at the
image's own size and a heat map; the plain way writes nothing, but asks a network as often. A second line
holds ours against the time that passes in its own calls of the networks. Untrained networks of the presets'
own shapes; 20 images of 4288x2848 from ../shared/data where they are, else drawn ones.
Run with `python tests/bench/prediction.py`.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

import onnxruntime  # noqa: E402

from imaging.phantom import draw_phantom  # noqa: E402
from inference.ml.predict import ImageToPredict, Predictor, predict_images  # noqa: E402

IMAGES = ROOT.parent / "shared/data/idrid/segmentation/images"
COUNT, ROUNDS, THREADS = 20, 3, 2
MODELS = {
    "quick presets": ("quick_resnet50", "quick_unet"),
    "study presets": ("study_resnet50", "study_unet"),
    "cpu presets": ("cpu_efficientnet_lite0", "cpu_unet_lite0"),
}
BUILD = Path(__file__).resolve().parent / "_untrained_models.py"


class TimedSession(onnxruntime.InferenceSession):  # type: ignore[misc]
    """A session that adds up how long its calls, and those of all others, take."""

    seconds = 0.0

    def run(self, *given: Any, **named: Any) -> Any:
        """Run the network."""
        began = time.perf_counter()
        try:
            return super().run(*given, **named)
        finally:
            TimedSession.seconds += time.perf_counter() - began


def main() -> None:
    """Print the medians of both sides and their ratio, for each pair of presets."""
    onnxruntime.InferenceSession = TimedSession
    with tempfile.TemporaryDirectory() as folder:
        paths, source = _images(Path(folder))
        for name, presets in MODELS.items():
            models = [_untrained(preset, Path(folder) / preset) for preset in presets]
            predictor = Predictor.load(classifier=models[0], segmenter=models[1], threads=THREADS)
            sessions = [_session(model) for model in models]
            ours, calls, plain = [], [], []
            for _ in range(ROUNDS):
                TimedSession.seconds = 0.0
                ours.append(_predict(predictor, paths, Path(folder) / "out"))
                calls.append(TimedSession.seconds)
                plain.append(_predict_plainly(sessions, paths))
            ratio = _ratio(ours, plain)
            print(  # noqa: T201
                f"prediction of {COUNT} images ({source}), {name}, {THREADS} threads, {ROUNDS} rounds\n"
                f"  {name}: ours {statistics.median(ours):.2f} s, Pillow + bare InferenceSession.run "
                f"{statistics.median(plain):.2f} s, ratio {ratio:.2f} (aim <= 1.3)\n"
                f"  {name}, networks alone: ours {statistics.median(ours):.2f} s, InferenceSession.run in it "
                f"{statistics.median(calls):.2f} s, ratio {_ratio(ours, calls):.2f} (aim <= 1.2)"
            )


def _ratio(ours: list[float], theirs: list[float]) -> float:
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def _images(folder: Path) -> tuple[list[Path], str]:
    paths = sorted(IMAGES.glob("*.jpg"))[:COUNT]
    if len(paths) == COUNT:
        return paths, "IDRiD, 4288x2848"
    drawn = []
    for number in range(COUNT):
        eye = cv2.resize(draw_phantom(eye="OD", icdr_grade=3, seed=number).rgb, (2848, 2848))
        wide = np.zeros((2848, 4288, 3), np.uint8)
        wide[:, 720:3568] = eye
        path = folder / f"phantom{number:02d}.jpg"
        cv2.imwrite(str(path), cv2.cvtColor(wide, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 92])
        drawn.append(path)
    return drawn, "drawn, 4288x2848"


def _untrained(preset: str, folder: Path) -> Path:
    """A model version of the preset's shape, made in another process: torch and TensorFlow share none."""
    subprocess.run([sys.executable, str(BUILD), preset, str(folder)], check=True, stderr=subprocess.DEVNULL)
    return folder


def _session(folder: Path) -> tuple[onnxruntime.InferenceSession, int, int]:
    """A session, the side of its picture, and how many views of one our prediction averages."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    path = str(folder / "model.onnx")
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    shape = session.get_inputs()[0].shape
    views = json.loads((folder / "card.json").read_bytes())["input"].get("views")
    return session, int(shape[2]), len(views or [None])


def _predict(predictor: Predictor, paths: list[Path], out: Path) -> float:
    started = time.perf_counter()
    images = [ImageToPredict(id=path.stem, path=path) for path in paths]
    assert sum(1 for _ in predict_images(predictor, images, out_dir=out)) == len(paths)
    return time.perf_counter() - started


def _predict_plainly(
    sessions: list[tuple[onnxruntime.InferenceSession, int, int]], paths: list[Path]
) -> float:
    started = time.perf_counter()
    for path in paths:
        with Image.open(path) as image:
            picture = image.convert("RGB")
        for session, side, views in sessions:
            values = np.asarray(picture.resize((side, side)), np.float32)[None] / 255
            wanted = session.get_inputs()[0]
            if wanted.shape[1] == 3:
                values = np.ascontiguousarray(values.transpose(0, 3, 1, 2))
            for _ in range(views):
                session.run(None, {wanted.name: values})
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
