"""How well an image shows the retina, over HTTP."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.requests import signed_in
from annotations.api.lookups import one_of
from annotations.api.quality_outputs import QualityOutput, quality_of
from annotations.selectors import images_for
from annotations.services.quality import judge_quality
from annotations.states import QualityGrade
from core.actions import Action
from core.api.requests import parse
from core.permissions import requires


class QualityJudgementInput(serializers.Serializer[Any]):
    """A person's grade and why."""

    grade = serializers.ChoiceField(choices=QualityGrade.choices)
    reason = serializers.CharField(max_length=200, allow_blank=True)


class QualityView(APIView):
    """Judging an image's quality."""

    permission_classes = [requires(Action.LABEL, Action.JUDGE_LABELS)]

    @extend_schema(request=QualityJudgementInput, responses={201: QualityOutput})
    def post(self, request: Request, pk: int) -> Response:
        """Let my grade stand over what was measured; a reason is needed, and it is kept for good."""
        user = signed_in(request)
        image = one_of(images_for(user), "image", pk=pk)
        judge_quality(image=image, by=user, **parse(QualityJudgementInput, request.data))
        return Response(quality_of(image), status=201)
