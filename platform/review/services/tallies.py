"""Counts what a signed review says about the models that it judged.

A tally is made in the signature's own transaction, from the signed document; that of the version before goes.
"""

import json
import math
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from core.weeks import monday_of
from inference.models import ImageDecision, Prediction
from inference.states import DecisionOutcome
from review.models import DecisionTally, FindingTally, Review, ReviewedImage, Signature
from review.states import ReviewState, Verdict

_COUNTED_AS = {Verdict.ACCEPT: "accepted", Verdict.EDIT: "edited", Verdict.REJECT: "rejected"}


@transaction.atomic
def tally_review(signature: Signature) -> None:
    """Count one signed version, in place of whatever was counted of its exam."""
    review = signature.review
    document = json.loads(signature.document)
    for tallies in (DecisionTally, FindingTally):
        tallies.objects.filter(review__exam=review.exam_id).delete()
    shared = {
        "review": review,
        "week": monday_of(signature.signed_at.date()),
        "site": document["exam"]["site"],
        "camera": document["exam"]["camera"],
    }
    rows = review.images.select_related("decision__classifier", "decision__segmenter")
    decisions = {row.image_id: row.decision for row in rows if row.decision is not None}
    DecisionTally.objects.bulk_create(
        [
            *(DecisionTally(**one, **shared) for one in _of_images(document, decisions)),
            *(DecisionTally(**one, **shared) for one in _of_the_patient(document, decisions.values())),
        ]
    )
    FindingTally.objects.bulk_create(FindingTally(**one, **shared) for one in _of_findings(document))


def tally_forgotten(*, within_s: float = math.inf) -> int:
    """Count signed reviews that stand and were never counted, such as those of earlier releases.

    One at least, each in a transaction of its own; stops once `within_s` seconds have passed. Returns how
    many: 0 says that none is left.
    """
    until = time.monotonic() + within_s
    number = 0
    for signature, exam in list(_forgotten().order_by("pk").values_list("pk", "review__exam")):
        number += _tally_if_forgotten(signature, exam)
        if number and time.monotonic() >= until:
            break
    return number


@transaction.atomic
def _tally_if_forgotten(number: int, exam: int) -> bool:
    """Count a signed review, unless that was done or a newer version was signed meanwhile."""
    # Held until this ends: whoever signs a newer version takes its draft's row first.
    list(Review.objects.select_for_update().filter(exam=exam).order_by("pk"))
    signature = _forgotten().filter(pk=number).select_related("review").first()
    if signature is not None:
        tally_review(signature)
    return signature is not None


def _forgotten() -> QuerySet[Signature]:
    """Signatures that stand, rest on what a model said, and are not counted."""
    signed = Review.objects.filter(state=ReviewState.SIGNED)
    newer = signed.filter(exam=OuterRef("exam"), version__gt=OuterRef("version"))
    counted = DecisionTally.objects.filter(review=OuterRef("pk"))
    judged = ReviewedImage.objects.filter(
        Q(decision__classifier__isnull=False) | Q(decision__segmenter__isnull=False), review=OuterRef("pk")
    )
    left = signed.filter(~Exists(newer), ~Exists(counted), Exists(judged))
    return Signature.objects.filter(review__in=left.values("pk"))


def _of_images(document: dict[str, Any], decisions: dict[int, ImageDecision]) -> Iterator[dict[str, Any]]:
    """A row for each image and each model that its decision rests on."""
    for image in document["images"]:
        decision = decisions.get(image["id"])
        for prediction in _predictions(decision):
            yield {
                "model_id": prediction.model_id,
                "image_id": image["id"],
                "decided": decision.outcome if decision else "",
                "said": _said(prediction),
                "outcome": image["outcome"],
            }


def _of_the_patient(document: dict[str, Any], decisions: Iterable[ImageDecision]) -> Iterator[dict[str, Any]]:
    """A row for each model of the review."""
    models = {one.model_id for decision in decisions for one in _predictions(decision)}
    told = document["decision"]
    for model in sorted(models):
        yield {"model_id": model, "decided": told["proposed"], "outcome": told["outcome"]}


def _of_findings(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A row for each image and each class that its segmenter looked for.

    A lesion that the reviewer added counts as missed where the model looked for its class. A finding of a
    class that the project does not label counts for nothing: few of these are judged, and not by chance.
    """
    for image in document["images"]:
        if image["segmenter"] is None:
            continue
        counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for finding in image["findings"]:
            if finding.get("labelled", True):
                counts[finding["class"]][_COUNTED_AS[finding["verdict"]]] += 1
        for region in image["added"]:
            if region["class"] in image["looked_for"]:
                counts[region["class"]]["missed"] += 1
        for lesion_class in sorted({*image["looked_for"], *counts}):
            yield {
                "model_id": image["segmenter"]["model"],
                "image_id": image["id"],
                "lesion_class": lesion_class,
                **counts[lesion_class],
            }


def _predictions(decision: ImageDecision | None) -> list[Prediction]:
    asked = (decision.classifier, decision.segmenter) if decision else ()
    return [prediction for prediction in asked if prediction is not None]


def _said(prediction: Prediction) -> str:
    """DR or no DR, as a classifier alone says it; empty for segmenters and images that can't be graded."""
    dr = prediction.outputs.get("dr") if prediction.gradable else None
    if dr is None:
        return ""
    return str(DecisionOutcome.DR if dr else DecisionOutcome.NO_DR)
