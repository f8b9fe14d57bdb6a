"""The text that is signed: everything a decision rests on, as JSON that needs no database to be read."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from accounts.models import User
from annotations.models import Region
from core.one_person import one_person_site
from inference.decision_rules import DISCLAIMER
from inference.models import ModelVersion, Prediction
from review.models import Review
from review.selectors.judged import JudgedFinding, JudgedImage, outlines_of
from review.selectors.proposals import Proposal, Proposals
from review.services.canonical import sha256_of_document
from review.states import Urgency, Verdict

FORMAT = "fovea-review/1"
MEANING = (
    "I have looked at the images named here and judged every finding listed, "
    "but for those marked as not labelled in this project. "
    "I take responsibility for these decisions as the reviewer of this exam."
)


def signed_document(
    *,
    review: Review,
    version: int,
    images: Sequence[JudgedImage],
    proposals: Proposals,
    by: User,
    at: datetime,
    labelled_by_signer: bool,
) -> dict[str, Any]:
    """What is signed; `images` come from `judged_images(review, with_outlines=True)`."""
    exam = review.exam
    return {
        "format": FORMAT,
        "disclaimer": DISCLAIMER,
        "version": version,
        "replaces": _replaced(review),
        "site": {"one_person_operation": one_person_site()},
        "project": exam.patient.project.name,
        "patient": {"code": exam.patient.code, "synthetic": exam.patient.is_synthetic},
        "exam": {
            "id": exam.pk,
            "date": exam.date.isoformat() if exam.date else None,
            "site": exam.site,
            "camera": exam.camera,
        },
        "models": [_model(model) for model in _models(images)],
        "images": [_image(judged, proposals.images[place]) for place, judged in enumerate(images)],
        "eyes": [{"eye": one.eye, **_decision(one)} for one in proposals.eyes],
        "decision": {
            **_decision(proposals.patient),
            "urgency": review.urgency,
            "urgency_title": Urgency(review.urgency).label,
        },
        "conclusion": review.conclusion,
        "signature": {
            "by": by.get_username(),
            "name": by.get_full_name(),
            "at": at.isoformat(timespec="seconds"),
            "meaning": MEANING,
            "labelled_by_signer": labelled_by_signer,
        },
    }


def _replaced(review: Review) -> dict[str, Any] | None:
    before = review.replaces
    return None if before is None else {"version": before.version, "sha256": before.signature.sha256}


def _models(images: Iterable[JudgedImage]) -> list[ModelVersion]:
    asked = (prediction for one in images for prediction in (one.classifier, one.segmenter))
    found = {prediction.model_id: prediction.model for prediction in asked if prediction is not None}
    return [found[name] for name in sorted(found)]


def _model(model: ModelVersion) -> dict[str, Any]:
    """A model version with what it reached on held-out images, as its card says."""
    metrics = model.card.get("metrics") or {}
    return {
        "id": model.pk,
        "task": model.task,
        "title": str(model.card.get("title") or model.preset or model.architecture),
        "held_out_metrics": metrics.get("test") or {},
        "thresholds": model.card.get("thresholds") or {},
    }


def _image(judged: JudgedImage, proposal: Proposal) -> dict[str, Any]:
    image = judged.image
    outlines = outlines_of([one.finding for one in judged.findings])
    correction = judged.reviewed.correction
    return {
        "id": image.pk,
        "eye": image.eye,
        "field": image.field,
        "width": image.width,
        "height": image.height,
        "sha256": image.sha256,
        "upload_sha256": image.upload_sha256,
        "classifier": _prediction(judged.classifier),
        "segmenter": _prediction(judged.segmenter),
        "looked_for": judged.looked_for,
        "findings": [_finding(one, outlines[one.finding.pk]) for one in judged.findings],
        "added": [_region(region) for region in judged.added],
        "correction": (
            None if correction is None else {"label_set": correction.pk, "revision": correction.revision}
        ),
        **_decision(proposal),
    }


def _prediction(prediction: Prediction | None) -> dict[str, Any] | None:
    if prediction is None:
        return None
    told = ("dr_probability", "dr_threshold", "referable_probability", "referable_threshold")
    return {
        "id": prediction.pk,
        "model": prediction.model_id,
        **{name: prediction.outputs[name] for name in told if prediction.outputs.get(name) is not None},
    }


def _finding(one: JudgedFinding, outline: dict[str, Any]) -> dict[str, Any]:
    finding, said = one.finding, one.said
    told: dict[str, Any] = {
        "id": finding.pk,
        "uuid": str(one.uuid),
        "class": finding.lesion_class,
        "labelled": one.labelled,
        "confidence": finding.confidence,
        "area_px": finding.area_px,
        "area_fov_percent": finding.area_fov_percent,
        "outline_sha256": sha256_of_document(outline),
        "verdict": one.verdict,
        "reason": said.reason if said else "",
        "note": said.note if said else "",
    }
    if one.verdict == Verdict.EDIT and one.drawn is not None:
        told["edited"] = _region(one.drawn)
    return told


def _region(region: Region) -> dict[str, Any]:
    return {
        "uuid": str(region.uuid),
        "class": region.lesion_class.code,
        "shape": region.shape,
        "geometry": region.geometry,
    }


def _decision(proposal: Proposal) -> dict[str, Any]:
    return {
        "outcome": proposal.outcome.value,
        "proposed": proposal.proposed.value,
        "agreed": proposal.agreed,
        "reason": proposal.made.reason if proposal.made else "",
        "because": [reason.message for reason in proposal.reasons],
    }
