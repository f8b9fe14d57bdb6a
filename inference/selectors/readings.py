"""What the models say about an image, and people about its quality, as the rules of decisions take it."""

from collections.abc import Mapping
from typing import Any

from annotations.models import QualityJudgement
from annotations.states import QualityGrade
from inference.decision_rules import Reading
from inference.models import Prediction
from inference.states import ModelTask


def reading_of(
    predictions: Mapping[ModelTask, Prediction], judgement: QualityJudgement | None = None
) -> Reading | None:
    """One image's reading; None when no model has judged it.

    A person's judgement of quality stands over what was measured when the models were asked.
    """
    if not predictions:
        return None
    classifier, segmenter = predictions.get(ModelTask.CLASSIFIER), predictions.get(ModelTask.SEGMENTER)
    said: dict[str, Any] = classifier.outputs if classifier else {}
    lesions = segmenter.outputs.get("lesions", {}) if segmenter else None
    return Reading(
        dr=said.get("dr"),
        probability=said.get("dr_probability"),
        threshold=said.get("dr_threshold"),
        referable_probability=said.get("referable_probability"),
        referable_threshold=said.get("referable_threshold"),
        lesions=None if lesions is None else {code: one["count"] for code, one in lesions.items()},
        **(_measured(predictions) if judgement is None else _judged(judgement)),
    )


def _measured(predictions: Mapping[ModelTask, Prediction]) -> dict[str, Any]:
    bad = [prediction for prediction in predictions.values() if not prediction.gradable]
    because = str(bad[0].outputs.get("ungradable_reason") or "") if bad else ""
    return {"gradable": not bad, "ungradable_because": because}


def _judged(judgement: QualityJudgement) -> dict[str, Any]:
    if judgement.grade != QualityGrade.UNGRADABLE:
        return {"gradable": True}
    return {"gradable": False, "ungradable_by": f"{judgement.author.get_username()}: {judgement.reason}"}
