"""Agreement between readings over HTTP, for those who judge labels."""

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.requests import signed_in
from annotations.api.agreement_outputs import (
    AgreementRowOutput,
    ImageAgreementOutput,
    ReaderPairOutput,
    TrendOutput,
    pair_facts,
)
from annotations.api.inputs import MergeInput
from annotations.api.label_outputs import LabelSetDetailOutput
from annotations.api.label_sets import label_set_detail
from annotations.api.lookups import choice_in, number_in, one_of, project_of
from annotations.models import Agreement, FundusImage
from annotations.selectors import images_for, label_sets_for
from annotations.selectors.agreement import (
    PairKind,
    ReadingPair,
    agreements_for,
    comparable_sets,
    merged_sets,
    reading_pairs,
)
from annotations.selectors.counts import region_counts
from annotations.services.agreement import reader_pairs
from annotations.services.agreement_trend import Period, agreement_over_time
from annotations.services.merge_label_sets import merge_label_sets
from core.actions import Action
from core.api.requests import parse
from core.permissions import requires

JUDGES = requires(Action.JUDGE_LABELS)
TREND_KINDS = [PairKind.BETWEEN.value, PairKind.WITHIN.value]


class ProjectAgreementView(generics.GenericAPIView[Any]):
    """How far the readers of a project agree."""

    permission_classes = [JUDGES]
    serializer_class = ReaderPairOutput

    @extend_schema(responses=ReaderPairOutput(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """One row for every two people, and one for each person with hidden repeats."""
        rows = reader_pairs(user=signed_in(request), project=project_of(request, pk))
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response(ReaderPairOutput(page, many=True).data)


@extend_schema(parameters=[OpenApiParameter("reader", OpenApiTypes.INT)])
class ProjectAgreementImagesView(generics.ListAPIView[Agreement]):
    """Images of a project that were read twice, worst first."""

    permission_classes = [JUDGES]
    serializer_class = AgreementRowOutput
    queryset = Agreement.objects.none()

    def get_queryset(self) -> QuerySet[Agreement]:
        """Those whose figures are reckoned; asking for the project's agreement reckons the rest."""
        rows = agreements_for(signed_in(self.request), project_of(self.request, self.kwargs["pk"]))
        if (reader := number_in(self.request, "reader")) is not None:
            rows = rows.filter(Q(first__author=reader) | Q(second__author=reader))
        return rows


@extend_schema(
    parameters=[
        OpenApiParameter("period", OpenApiTypes.STR, enum=[period.value for period in Period]),
        OpenApiParameter("pair_kind", OpenApiTypes.STR, enum=TREND_KINDS),
        OpenApiParameter("first", OpenApiTypes.INT, description="A reader's id, with `second` the pair's."),
        OpenApiParameter("second", OpenApiTypes.INT),
    ]
)
class ProjectAgreementTrendView(APIView):
    """Agreement over time."""

    permission_classes = [JUDGES]

    @extend_schema(responses=TrendOutput)
    def get(self, request: Request, pk: int) -> Response:
        """By month or week, of all pairs of readers, of one, or of hidden repeats (`within`)."""
        points = agreement_over_time(
            user=signed_in(request),
            project=project_of(request, pk),
            period=Period(choice_in(request, "period", [one.value for one in Period]) or Period.MONTH),
            kind=PairKind(choice_in(request, "pair_kind", TREND_KINDS) or PairKind.BETWEEN),
            readers=(number_in(request, "first"), number_in(request, "second")),
        )
        return Response(TrendOutput({"points": points}).data)


class ImageAgreementView(APIView):
    """How far the readings of one image agree."""

    permission_classes = [JUDGES]

    @extend_schema(responses=ImageAgreementOutput)
    def get(self, request: Request, pk: int) -> Response:
        """Every two readings, and every reading beside the merged ones."""
        user = signed_in(request)
        image = one_of(images_for(user), "image", pk=pk)
        sets = list(comparable_sets(user).filter(image=image))
        merged = list(merged_sets(user).filter(image=image))
        pairs = reading_pairs(sets)
        pairs += [
            ReadingPair(kind=PairKind.MERGED, first=one, second=other) for other in merged for one in sets
        ]
        everything = [*sets, *merged]
        context = {"request": request, "region_counts": region_counts(everything)}
        answer = {
            "image": image.pk,
            "label_sets": everything,
            "pairs": [pair_facts(pair) for pair in pairs],
        }
        return Response(ImageAgreementOutput(answer, context=context).data)


class MergeView(APIView):
    """Merging two readings."""

    permission_classes = [JUDGES]

    @extend_schema(request=MergeInput, responses={200: LabelSetDetailOutput, 201: LabelSetDetailOutput})
    def post(self, request: Request, pk: int) -> Response:
        """Make one label set of two readings (201), to be judged; the same two give the same again (200)."""
        user = signed_in(request)
        image: FundusImage = one_of(images_for(user), "image", pk=pk)
        asked = parse(MergeInput, request.data)
        sets = label_sets_for(user).filter(image=image)
        first, second = (one_of(sets, "label set", pk=asked[name]) for name in ("first", "second"))
        merged, created = merge_label_sets(first=first, second=second, by=user)
        return Response(label_set_detail(request, merged.pk), status=201 if created else 200)
