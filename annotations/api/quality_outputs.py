"""The shape of an image's quality."""

from typing import Any

from rest_framework import serializers

from annotations.models import FundusImage
from annotations.selectors.quality import (
    measured_quality,
    standing_grade,
    standing_judgement,
)
from annotations.states import QualityGrade


class QualityJudgementOutput(serializers.Serializer[Any]):
    """The judgement that stands."""

    grade = serializers.ChoiceField(choices=QualityGrade.choices)
    reason = serializers.CharField()
    author_name = serializers.CharField()
    created_at = serializers.DateTimeField()


class QualityOutput(serializers.Serializer[Any]):
    """What was measured, and what a person said about it, which counts."""

    grade = serializers.ChoiceField(
        choices=QualityGrade.choices, allow_blank=True, help_text="the one that counts; empty: not measured"
    )
    measured = serializers.ChoiceField(choices=QualityGrade.choices, allow_blank=True)
    reasons = serializers.ListField(
        child=serializers.CharField(), help_text="of the measured grade, in words"
    )
    judgement = QualityJudgementOutput(allow_null=True)


def quality_of(image: FundusImage) -> dict[str, Any]:
    """The JSON of QualityOutput."""
    measured, judgement = measured_quality(image), standing_judgement(image)
    said = judgement and {
        "grade": judgement.grade,
        "reason": judgement.reason,
        "author_name": judgement.author.get_username(),
        "created_at": judgement.created_at,
    }
    answer = {
        "grade": standing_grade(image),
        "measured": measured.grade if measured else "",
        "reasons": measured.reasons if measured else (),
        "judgement": said,
    }
    return dict(QualityOutput(answer).data)
