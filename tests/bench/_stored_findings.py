"""Stores a prediction with many findings of a champion that nobody trained: `_stored_findings.py IMAGE FILE`.

FILE is JSON, a list of {lesion_class, geometry: {points, holes}}. With --maps also probability maps of these
lesions, blurred, and a decision. Runs in the data folder of DATA_DIR.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

CLASSES = ["HE", "EX"]
THRESHOLDS = {code: {"value": 0.5} for code in CLASSES}


def main(image: int, outlines: Path, *, with_maps: bool) -> None:
    """Write the model version, its prediction and the findings."""
    import django

    django.setup()
    from annotations.models import FundusImage
    from inference.models import Finding, ImageDecision, ModelVersion, Prediction

    found = json.loads(outlines.read_text())
    photograph = FundusImage.objects.get(pk=image)
    card = {"task": "segmenter", "output": {"classes": CLASSES}, "metrics": {}, "thresholds": THRESHOLDS}
    model, _ = ModelVersion.objects.get_or_create(
        id="0" * 64,
        defaults={
            "project_id": photograph.project_id,
            "task": "segmenter",
            "architecture": "measured",
            "state": "champion",
            "folder": "models/none",
            "card": card,
        },
    )
    prediction = Prediction.objects.create(
        image_id=image,
        model=model,
        task="segmenter",
        outputs={"lesions": {code: {"count": len(found) // 2} for code in CLASSES}} if with_maps else {},
        maps=_maps(found, width=photograph.width, height=photograph.height) if with_maps else {},
    )
    if with_maps:
        ImageDecision.objects.create(image_id=image, segmenter=prediction, outcome="dr")
    Finding.objects.bulk_create(
        (
            Finding(
                prediction=prediction,
                lesion_class=one["lesion_class"],
                polygon=one["geometry"],
                bbox=[0, 0, 0, 0],
                area_px=100,
                area_fov_percent=0.001,
                confidence=0.8,
            )
            for one in found
        ),
        batch_size=500,
    )


def _maps(found: list[dict[str, Any]], *, width: int, height: int) -> dict[str, str]:
    """Class code -> name of a stored map of preview size: 1 within a lesion, less and less around it."""
    from inference.services.prediction_pictures import PREVIEW_SIDE_PX, save_map

    scale = PREVIEW_SIDE_PX / max(width, height)
    names = {}
    for code in CLASSES:
        drawn = np.zeros((round(height * scale), round(width * scale)), np.uint8)
        outlines = [one["geometry"]["points"] for one in found if one["lesion_class"] == code]
        cv2.fillPoly(drawn, [np.round(np.array(points) * scale).astype(np.int32) for points in outlines], 255)
        blurred = cv2.GaussianBlur(drawn, (0, 0), 4).astype(np.uint8)
        names[code] = save_map(name=f"bench/{code}.png", values=blurred)
    return names


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), with_maps="--maps" in sys.argv)
