"""What can be said about a reading before it is handed in."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.requests import signed_in
from annotations.api.images import SEES_IMAGES
from annotations.api.label_outputs import AnatomyOutput, ChecksOutput
from annotations.api.lookups import one_of
from annotations.models import LabelSet
from annotations.selectors import label_sets_for
from annotations.selectors.anatomy import anatomy_of
from annotations.services.label_set_checks import check_label_set


class ChecksView(APIView):
    """The checks."""

    permission_classes = [SEES_IMAGES]

    @extend_schema(responses=ChecksOutput)
    def get(self, request: Request, pk: int) -> Response:
        """What handing in would find: faults that must be mended first, then warnings that never block."""
        label_set = _label_set(request, pk)
        answer = {"revision": label_set.revision, "findings": check_label_set(label_set)}
        return Response(ChecksOutput(answer).data)


class AnatomyView(APIView):
    """The anatomy."""

    permission_classes = [SEES_IMAGES]

    @extend_schema(responses=AnatomyOutput)
    def get(self, request: Request, pk: int) -> Response:
        """Quadrants, disc diameters and the way from the fovea to the nearest exudate."""
        return Response(AnatomyOutput(anatomy_of(_label_set(request, pk))).data)


def _label_set(request: Request, pk: int) -> LabelSet:
    return one_of(label_sets_for(signed_in(request)), "label set", pk=pk)
