"""Searches for better settings over HTTP."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.actions import Action
from core.api.requests import parse
from core.permissions import requires
from inference.api.inputs import DatasetQuery, SearchInput
from inference.api.search_outputs import SearchDetailOutput, SearchOutput, SearchPresetOutput, TrialOutput
from inference.api.training import KEY_HEADER
from inference.api.views import idempotency_key, one_of, person, project_of
from inference.ml.search_presets import SEARCHES
from inference.models import Search, SearchTrial
from inference.selectors.searches import searches_for, trials_of
from inference.services.searches import cancel_search, queue_search, resume_search
from inference.states import ModelTask


class SearchPresetsView(APIView):
    """Named searches."""

    permission_classes = [requires(Action.SEE_MODELS)]

    @extend_schema(responses=SearchPresetOutput(many=True))
    def get(self, request: Request) -> Response:
        """All searches: what each starts from and varies."""
        return Response(SearchPresetOutput(SEARCHES.values(), many=True).data)


@extend_schema(parameters=[DatasetQuery])
class SearchesView(generics.ListAPIView[Search]):
    """Searches, newest first; starting one."""

    queryset = Search.objects.none()
    serializer_class = SearchOutput

    def get_permissions(self) -> list[Any]:
        """Seeing needs one action, starting another."""
        return [requires(Action.TRAIN if self.request.method == "POST" else Action.SEE_MODELS)()]

    def get_queryset(self) -> QuerySet[Search]:
        """Those the person may see, narrowed to `?project=` and `?task=`."""
        return searches_for(person(self.request)).filter(**parse(DatasetQuery, self.request.query_params))

    @extend_schema(parameters=[KEY_HEADER], request=SearchInput, responses={202: SearchDetailOutput})
    def post(self, request: Request) -> Response:
        """Queue a search; refused at once when the labels at hand can't train or judge the model."""
        asked = parse(SearchInput, request.data)
        search = queue_search(
            project=project_of(request, asked["project"]),
            task=ModelTask(asked["task"]),
            preset=asked["preset"],
            trials=asked["trials"],
            labels=asked["labels"],
            seed=asked["seed"],
            settings=asked["settings"],
            by=person(request),
            idempotency_key=idempotency_key(request),
        )
        return _answer(request, search, status=202)


class SearchView(generics.RetrieveAPIView[Search]):
    """One search."""

    permission_classes = [requires(Action.SEE_MODELS)]
    serializer_class = SearchDetailOutput
    queryset = Search.objects.none()

    def get_queryset(self) -> QuerySet[Search]:
        """Those the person may see."""
        return searches_for(person(self.request))


class TrialsView(generics.ListAPIView[SearchTrial]):
    """The trials of a search, best first; without those still to come."""

    permission_classes = [requires(Action.SEE_MODELS)]
    serializer_class = TrialOutput
    queryset = SearchTrial.objects.none()

    def get_queryset(self) -> QuerySet[SearchTrial]:
        """Trials of a search the person may see; 404 for any other."""
        return trials_of(one_of(searches_for(person(self.request)), "search", pk=self.kwargs["pk"]))


class CancelSearchView(APIView):
    """Cancelling."""

    permission_classes = [requires(Action.TRAIN)]

    @extend_schema(request=None, responses=SearchDetailOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Cancel waiting trials at once and ask running ones to stop; what has ended stays."""
        search = one_of(searches_for(person(request)), "search", pk=pk)
        return _answer(request, cancel_search(search=search, by=person(request)))


class ResumeSearchView(APIView):
    """Going on."""

    permission_classes = [requires(Action.TRAIN)]

    @extend_schema(request=None, responses=SearchDetailOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Go on with the trials still to come and those that were cancelled or failed."""
        search = one_of(searches_for(person(request)), "search", pk=pk)
        return _answer(request, resume_search(search=search, by=person(request)))


def _answer(request: Request, search: Search, *, status: int = 200) -> Response:
    seen = searches_for(person(request)).get(pk=search.pk)
    return Response(SearchDetailOutput(seen).data, status=status)
