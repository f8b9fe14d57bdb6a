"""The layer of findings as the JSON that pages get; large ones are made once and kept."""

import gzip
import json
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Count, Max

from accounts.models import User
from annotations.models import FundusImage
from annotations.services.files import store_bytes
from inference.models import Finding, Prediction
from inference.selectors.findings import FindingsLayer, findings_layer, layer_prediction

FORMAT = 2  # raise it when the JSON changes: what is kept is then made anew
KEPT_FROM = 1_000  # findings; fewer take less than a tenth of a second


def findings_json(
    *,
    user: User,
    image: FundusImage,
    lesion_class: str = "",
    min_confidence: float = 0.0,
    prediction: int | None = None,
) -> bytes:
    """The champion's findings, or those of the named prediction, as JSON; see `findings_layer`."""
    narrowed = lesion_class or min_confidence > 0
    name = "" if narrowed else _kept_name(layer_prediction(user=user, image=image, prediction=prediction))
    if name and default_storage.exists(name):
        with default_storage.open(name) as kept:
            return gzip.decompress(kept.read())
    layer = findings_layer(
        user=user,
        image=image,
        lesion_class=lesion_class,
        min_confidence=min_confidence,
        prediction=prediction,
    )
    content = json.dumps(_as_json(layer), separators=(",", ":")).encode()
    if name:
        store_bytes(name, gzip.compress(content, compresslevel=1, mtime=0))
    return content


def _kept_name(prediction: Prediction | None) -> str:
    """Where the whole layer of these very findings is kept; empty for one that is not worth it."""
    if prediction is None:
        return ""
    findings = Finding.objects.filter(prediction=prediction).aggregate(count=Count("pk"), newest=Max("pk"))
    if findings["count"] < KEPT_FROM:
        return ""
    which = f"{prediction.pk}-{prediction.created_at:%Y%m%d%H%M%S%f}-{findings['count']}-{findings['newest']}"
    return f"derived/findings/{prediction.model_id[:16]}/{which}-{FORMAT}.json.gz"


def _as_json(layer: FindingsLayer) -> dict[str, Any]:
    model = layer.prediction.model if layer.prediction else None
    return {
        "model": model.pk if model else None,
        "title": (model.preset or model.architecture) if model else "",
        "prediction": layer.prediction.pk if layer.prediction else None,
        "total": layer.total,
        "cut": len(layer.findings) < layer.total,
        "findings": [
            {
                "uuid": str(one.uuid),
                "id": one.id,
                "lesion_class": one.lesion_class,
                "confidence": one.confidence,
                "area_px": one.area_px,
                "area_fov_percent": one.area_fov_percent,
                "geometry": one.polygon.to_json(),
            }
            for one in layer.findings
        ],
    }
