"""Two dataset versions beside each other over HTTP."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.actions import Action
from core.api.requests import parse
from core.permissions import requires
from inference.api.fields import NumbersField
from inference.api.training_outputs import DatasetVersionOutput
from inference.api.views import one_of, person
from inference.models import DatasetVersion
from inference.selectors.dataset_changes import (
    ChangeKind,
    DatasetChanges,
    changed_items,
    changes_between,
    told_changes,
)
from inference.selectors.datasets import datasets_for
from inference.states import Split


class ChangesQuery(serializers.Serializer[Any]):
    """Which earlier version to compare with."""

    since = serializers.IntegerField(help_text="id of the other dataset version")


class ChangedImagesQuery(ChangesQuery):
    """Narrows the images that differ."""

    kind = serializers.ChoiceField(choices=ChangeKind.choices, required=False, default="")


class LabelsOfOutput(serializers.Serializer[Any]):
    """One image in one version."""

    split = serializers.ChoiceField(choices=Split.choices)
    label = serializers.IntegerField(  # type: ignore[assignment]
        allow_null=True, help_text="any DR: 1 or 0; null: not read"
    )
    referable = serializers.IntegerField(allow_null=True)
    looked_for = serializers.ListField(child=serializers.CharField())
    regions = NumbersField()


class ImageChangeOutput(serializers.Serializer[Any]):
    """One image that differs."""

    image = serializers.IntegerField()
    patient = serializers.CharField()
    eye = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(choices=ChangeKind.choices)
    what = serializers.ListField(
        child=serializers.ChoiceField(
            choices=["split", "label", "referable", "classes", "regions", "outlines"]
        )
    )
    before = LabelsOfOutput(allow_null=True)
    after = LabelsOfOutput(allow_null=True)


class DatasetChangesOutput(serializers.Serializer[DatasetChanges]):
    """How much differs between two versions."""

    before = DatasetVersionOutput()
    after = DatasetVersionOutput()
    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    dropped = serializers.IntegerField()
    same = serializers.IntegerField()
    classes_added = serializers.ListField(child=serializers.CharField())
    classes_dropped = serializers.ListField(child=serializers.CharField())
    regions_before = NumbersField(help_text="class code -> drawn shapes")
    regions_after = NumbersField()


def _versions(request: Request, pk: int, since: int) -> tuple[DatasetVersion, DatasetVersion]:
    """The earlier and the later one."""
    versions = datasets_for(person(request))
    return one_of(versions, "dataset version", pk=since), one_of(versions, "dataset version", pk=pk)


class DatasetChangesView(APIView):
    """How a dataset version differs from another."""

    permission_classes = [requires(Action.SEE_MODELS)]

    @extend_schema(parameters=[ChangesQuery], responses=DatasetChangesOutput)
    def get(self, request: Request, pk: int) -> Response:
        """Images, regions and classes added, changed and dropped since the other version."""
        since = parse(ChangesQuery, request.query_params)["since"]
        changes = changes_between(*_versions(request, pk, since))
        return Response(DatasetChangesOutput(changes).data)


@extend_schema(parameters=[ChangedImagesQuery])
class ChangedImagesView(generics.ListAPIView[DatasetVersion]):
    """The images that differ between two versions, by patient."""

    permission_classes = [requires(Action.SEE_MODELS)]
    serializer_class = ImageChangeOutput
    queryset = DatasetVersion.objects.none()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Those the person may open, narrowed to `?kind=`."""
        asked = parse(ChangedImagesQuery, request.query_params)
        before, after = _versions(request, self.kwargs["pk"], asked["since"])
        items = changed_items(before, after, kind=asked["kind"])
        page: Any = self.paginator.paginate_queryset(items, request, view=self)  # type: ignore[union-attr]
        changes = told_changes(page, before, after, seen_by=person(request))
        return self.get_paginated_response(ImageChangeOutput(changes, many=True).data)
