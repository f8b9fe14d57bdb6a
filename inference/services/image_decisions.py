"""Writes the decision that follows from an image's predictions."""

from collections.abc import Mapping
from typing import Any

from inference.decision_rules import Reading, decide_image
from inference.models import ImageDecision, Prediction
from inference.states import ModelTask


def reading_of(predictions: Mapping[ModelTask, Prediction]) -> Reading | None:
    """What the models say about one image, as the rules take it; None when none has judged it."""
    if not predictions:
        return None
    classifier, segmenter = predictions.get(ModelTask.CLASSIFIER), predictions.get(ModelTask.SEGMENTER)
    said: dict[str, Any] = classifier.outputs if classifier else {}
    lesions = segmenter.outputs.get("lesions", {}) if segmenter else None
    return Reading(
        dr=said.get("dr"),
        gradable=all(prediction.gradable for prediction in predictions.values()),
        ungradable_because=next(
            (
                str(one.outputs.get("ungradable_reason") or "")
                for one in predictions.values()
                if not one.gradable
            ),
            "",
        ),
        probability=said.get("dr_probability"),
        threshold=said.get("dr_threshold"),
        lesions=None if lesions is None else {code: one["count"] for code, one in lesions.items()},
    )


def write_image_decision(*, image_id: int, predictions: Mapping[ModelTask, Prediction]) -> ImageDecision:
    """Keep the decision these predictions come to, once; in the caller's transaction."""
    classifier, segmenter = predictions.get(ModelTask.CLASSIFIER), predictions.get(ModelTask.SEGMENTER)
    verdict = decide_image(reading_of(predictions))
    decision, _ = ImageDecision.objects.get_or_create(
        image_id=image_id,
        classifier=classifier,
        segmenter=segmenter,
        defaults={
            "outcome": verdict.outcome,
            "dr_probability": verdict.probability,
            "lesions": segmenter.outputs.get("lesions", {}) if segmenter else {},
            "reasons": [{"code": reason.code, "message": reason.message} for reason in verdict.reasons],
        },
    )
    return decision
