"""A person's word on how well an image shows the retina."""

from collections import defaultdict

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from annotations.models import FundusImage, QualityJudgement
from annotations.selectors.quality import standing_grade, with_judgements
from annotations.states import QualityGrade
from core.errors import Invalid
from core.services import audit

AT_ONCE = 1_000


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
    keep_grades(FundusImage.objects.filter(pk=image.pk))
    audit.record(
        actor=by,
        action="image.judge_quality",
        obj=image,
        before={"grade": before},
        after={"grade": grade},
        reason=reason,
    )
    return judgement


def keep_grades(images: QuerySet[FundusImage]) -> int:
    """Write down the grade that counts for each image, where another is kept; gives for how many."""
    others: dict[str, list[int]] = defaultdict(list)
    graded = with_judgements(images).only("quality", "quality_grade").order_by("pk")
    for image in graded.iterator(chunk_size=AT_ONCE):
        grade = standing_grade(image)
        if grade != image.quality_grade:
            others[grade].append(image.pk)
    return sum(
        FundusImage.objects.filter(pk__in=ids[start : start + AT_ONCE]).update(quality_grade=grade)
        for grade, ids in others.items()
        for start in range(0, len(ids), AT_ONCE)
    )
