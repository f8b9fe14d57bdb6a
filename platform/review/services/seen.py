"""What a reviewer was shown of a draft, as one hash: a signature counts only under what was seen."""

from collections.abc import Sequence
from typing import Any

from core.one_person import one_person_site
from review.models import Review
from review.selectors.judged import JudgedImage
from review.selectors.proposals import Proposal, Proposals
from review.services.canonical import sha256_of_document


def sha256_of_seen(
    review: Review, images: Sequence[JudgedImage], proposals: Proposals, *, labelled_by_signer: bool
) -> str:
    """Hex digest over all that a signature would bind; whatever changes it, changes this."""
    exam = review.exam
    return sha256_of_document(
        {
            "exam": [exam.patient.code, exam.date.isoformat() if exam.date else None, exam.site, exam.camera],
            "replaces": review.replaces_id,
            "images": [_image(judged) for judged in images],
            "decisions": [_decision(one) for one in proposals.all()],
            "said": [review.urgency, review.conclusion],
            "site": [one_person_site(), labelled_by_signer],
        }
    )


def _decision(one: Proposal) -> list[Any]:
    why = one.made.reason if one.made else ""
    because = [reason.message for reason in one.reasons]
    return [one.scope, one.image, one.eye, one.outcome, one.proposed, one.out_of_date, why, because]


def _image(judged: JudgedImage) -> list[Any]:
    image, row = judged.image, judged.reviewed
    findings = [
        [
            one.finding.pk,
            one.labelled,
            one.verdict,
            *([one.said.reason, one.said.note] if one.said else ["", ""]),
        ]
        for one in judged.findings
    ]
    correction = [row.correction_id, row.correction.revision if row.correction else 0]
    return [image.pk, image.sha256, image.eye, image.field, row.decision_id, correction, findings]
