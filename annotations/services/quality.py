"""A person's word on how well an image shows the retina."""

from django.db import transaction

from accounts.models import User
from annotations.models import FundusImage, QualityJudgement
from annotations.selectors.quality import standing_grade
from annotations.states import QualityGrade
from core.errors import Invalid
from core.services import audit


class ReasonMissing(Invalid):
    """A judgement of quality came without its reason."""

    code = "reason_missing"


@transaction.atomic
def judge_quality(*, image: FundusImage, grade: QualityGrade, reason: str, by: User) -> QualityJudgement:
    """Let a person's grade stand over what was measured and over earlier judgements, which are kept.

    Raises ReasonMissing.
    """
    reason = reason.strip()
    if not reason:
        raise ReasonMissing("Say why.", remedy="A few words are enough, such as: vessels are sharp.")
    before = standing_grade(image)
    judgement = QualityJudgement.objects.create(image=image, grade=grade, reason=reason, author=by)
    audit.record(
        actor=by,
        action="image.judge_quality",
        obj=image,
        before={"grade": before},
        after={"grade": grade},
        reason=reason,
    )
    return judgement
