"""Stores a prediction with many findings of a champion that nobody trained: `_stored_findings.py IMAGE FILE`.

FILE is JSON, a list of {lesion_class, geometry: {points, holes}}. Runs in the data folder of DATA_DIR.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]


def main(image: int, outlines: Path) -> None:
    """Write the model version, its prediction and the findings."""
    import django

    django.setup()
    from annotations.models import FundusImage
    from inference.models import Finding, ModelVersion, Prediction

    found = json.loads(outlines.read_text())
    model = ModelVersion.objects.create(
        id="0" * 64,
        project_id=FundusImage.objects.get(pk=image).project_id,
        task="segmenter",
        architecture="measured",
        state="champion",
        folder="models/none",
        card={"task": "segmenter", "output": {"classes": ["HE", "EX"]}, "metrics": {}},
    )
    prediction = Prediction.objects.create(image_id=image, model=model, task="segmenter", outputs={})
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


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
