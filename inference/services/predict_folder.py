"""Predicts a folder of pictures that are not in the database.

Only commands import this module: it loads ONNX Runtime.
"""

import json
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from core.errors import Invalid
from imaging.arrays import RgbImage
from imaging.fov import blank_outside
from imaging.overlay import STYLES, label_preview, shrink_mask
from imaging.png import encode_grey
from inference.decision_rules import DISCLAIMER, Reading, decide_image
from inference.ml.checkpoints import write_durably
from inference.ml.data import read_unchecked_rgb
from inference.ml.evaluate import IMAGE_SUFFIXES
from inference.ml.predict import ImagePrediction
from inference.selectors.model_versions import ModelChoice
from inference.services.judge_images import Judged, Source, judge_images
from inference.services.predict_job import load_predictor
from inference.services.prediction_pictures import OTHER_STYLE, PREVIEW_SIDE_PX

JPEG_QUALITY = 90


@dataclass(slots=True, kw_only=True)
class FolderPrediction:
    """What came of a folder: the content of results.json."""

    models: list[str]
    predictions: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "models": self.models,
            "predictions": self.predictions,
            "problems": self.problems,
            "disclaimer": DISCLAIMER,
        }


def predict_folder(
    *,
    folder: Path,
    models: ModelChoice,
    out: Path,
    probabilities: Path | None = None,
    overlays: Path | None = None,
    threads: int = 1,
    on_progress: Callable[[int, int, str], None] = lambda done, total, message: None,
) -> FolderPrediction:
    """Predict every picture of a folder; write results.json and, where asked for, maps and overlays.

    A picture that can't be read becomes a problem, the others are done. Raises Invalid for a folder without
    pictures or with two of the same stem (their maps would overwrite each other), MlRefusal for a model
    whose files changed.
    """
    paths = _pictures(folder, stems_matter=probabilities is not None or overlays is not None)
    for target in (out.parent, probabilities, overlays):
        if target is not None:
            target.mkdir(parents=True, exist_ok=True)
    predictor = load_predictor(models, threads=threads)
    result = FolderPrediction(models=[model.pk for model in models.values()])
    sources = (Source(key=path, decode=partial(read_unchecked_rgb, path)) for path in paths)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="write") as pool:
        written: Future[None] | None = None
        for number, judged in enumerate(judge_images(predictor, sources), start=1):
            if written is not None:
                written.result()  # one image's pictures are written while the next one is judged, never more
            _take(judged, result, folder=folder)
            written = pool.submit(_write, judged, probabilities=probabilities, overlays=overlays)
            on_progress(number, len(paths), judged.key.name)
        if written is not None:
            written.result()
    write_durably(out, json.dumps(result.to_json(), indent=1, ensure_ascii=False).encode() + b"\n")
    return result


def _take(judged: Judged[Path], result: FolderPrediction, *, folder: Path) -> None:
    """Note what came of one picture."""
    name = str(judged.key.relative_to(folder))
    if judged.prediction is not None:
        result.predictions.append({"file": name, **_entry(judged.prediction)})
        return
    problem = judged.problem
    result.problems.append(
        {
            "file": name,
            "code": problem.code if problem else "unreadable_image",
            "message": problem.message if problem else f"{name} can't be read.",
            "remedy": problem.remedy if problem else "",
        }
    )


def _write(
    judged: Judged[Path],
    *,
    probabilities: Path | None,
    overlays: Path | None,
) -> None:
    """Write one picture's maps and overlay."""
    prediction = judged.prediction
    if prediction is None:
        return
    if probabilities is not None:
        for code in prediction.frame_maps:
            content = encode_grey(prediction.probability_map(code))
            (probabilities / f"{judged.key.stem}_{code}.png").write_bytes(content)
    if overlays is not None:
        content = _jpeg(draw_overlay(read_unchecked_rgb(judged.key), prediction))
        (overlays / f"{judged.key.stem}_overlay.jpg").write_bytes(content)


def _entry(prediction: ImagePrediction) -> dict[str, Any]:
    said = prediction.to_json()
    probability, threshold = said["dr_probability"], said["dr_threshold"]
    counts = {code: lesion["count"] for code, lesion in said["lesions"].items()}
    reading = Reading(
        dr=None if probability is None else probability >= threshold,
        gradable=said["gradable"],
        ungradable_because=said["ungradable_reason"],
        probability=probability,
        threshold=threshold,
        referable_probability=said["referable_probability"],
        referable_threshold=said["referable_threshold"],
        lesions=counts if prediction.frame_maps else None,
    )
    verdict = decide_image(reading)
    return {
        "gradable": said["gradable"],
        "dr_probability": probability,
        "referable_probability": said["referable_probability"],
        "decision": verdict.outcome.value,
        "reasons": [reason.message for reason in verdict.reasons],
        "lesions": said["lesions"],
    }


def draw_overlay(rgb: RgbImage, prediction: ImagePrediction) -> RgbImage:
    """The picture, blank outside its FOV and at preview size, with what was found in colours and patterns."""
    scale = min(1.0, PREVIEW_SIDE_PX / max(rgb.shape[:2]))
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    blanked = blank_outside(rgb, prediction.fov)
    picture = np.asarray(cv2.resize(blanked, size, interpolation=cv2.INTER_AREA), np.uint8)
    masks = {
        code: shrink_mask(prediction.lesion_mask(code), longer_side=PREVIEW_SIDE_PX)
        for code in prediction.frame_maps
    }
    styles = {code: STYLES.get(code, OTHER_STYLE) for code in masks}
    return label_preview(picture, masks, styles=styles)


def _jpeg(picture: RgbImage) -> bytes:
    done, encoded = cv2.imencode(
        ".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    )
    if not done:
        raise RuntimeError(f"a picture of shape {picture.shape} could not be encoded")
    return encoded.tobytes()


def _pictures(folder: Path, *, stems_matter: bool) -> list[Path]:
    if not folder.is_dir():
        raise Invalid(f"There is no folder {folder}.", remedy="Check the path.")
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES)
    if not paths:
        raise Invalid(
            f"There is no picture in {folder}.",
            remedy=f"Its files must end in one of: {', '.join(IMAGE_SUFFIXES)}.",
        )
    seen: dict[str, Path] = {}
    for path in paths:
        other = seen.setdefault(path.stem, path)
        if stems_matter and other is not path:
            raise Invalid(
                f"{other.name} and {path.name} would write files of the same name.",
                remedy="Rename one of them.",
            )
    return paths
