"""Downloads of reports."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api.requests import signed_in
from annotations.api.lookups import one_of
from core.errors import NotFound
from review.api.reviews import SEES_REVIEWS
from review.selectors.visibility import reviews_for
from review.services.reports import MEDIA_TYPES, download_report
from review.states import ReportKind


class ReportView(APIView):
    """The report of a signed version."""

    permission_classes = [SEES_REVIEWS]

    @extend_schema(
        parameters=[OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=ReportKind.values)],
        responses={(200, media_type): OpenApiTypes.BINARY for media_type in MEDIA_TYPES.values()},
    )
    def get(self, request: Request, pk: int, kind: str) -> HttpResponse:
        """PDF, JSON or FHIR R4; every download is in the audit log."""
        user = signed_in(request)
        review = one_of(reviews_for(user), "review", pk=pk)
        if kind not in ReportKind.values:
            raise NotFound(f"There is no report of the kind {kind!r}.")
        report = download_report(review=review, kind=ReportKind(kind), by=user)
        response = HttpResponse(report.content, content_type=report.media_type)
        response["Content-Disposition"] = f'attachment; filename="{report.file_name}"'
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return response
