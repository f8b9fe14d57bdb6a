"""Writes the decision that follows from an image's predictions."""

from collections.abc import Mapping

from annotations.selectors.quality import standing_judgements
from inference.decision_rules import decide_image
from inference.models import ImageDecision, Prediction
from inference.selectors.readings import reading_of
from inference.states import ModelTask


def write_image_decision(*, image_id: int, predictions: Mapping[ModelTask, Prediction]) -> ImageDecision:
    """Keep the decision these predictions come to, once; in the caller's transaction."""
    classifier, segmenter = predictions.get(ModelTask.CLASSIFIER), predictions.get(ModelTask.SEGMENTER)
    judgement = standing_judgements([image_id]).get(image_id)
    verdict = decide_image(reading_of(predictions, judgement))
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
