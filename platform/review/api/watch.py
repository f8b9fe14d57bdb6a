"""Watching the models over HTTP."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.requests import signed_in
from annotations.api.lookups import one_of
from core.actions import Action
from core.api.requests import parse
from core.permissions import requires
from inference.models import ModelVersion
from review.api.watch_outputs import (
    AcknowledgeInput,
    AlarmsQuery,
    ModelAlarmOutput,
    WatchedModelDetailOutput,
    WatchedModelOutput,
    WatchListQuery,
    WatchQuery,
)
from review.models import ModelAlarm
from review.selectors.alarms import alarms_for, alarms_in, watchable_models
from review.selectors.watch import limits_of_site, watch
from review.services.watch_alarms import acknowledge_alarm
from review.services.watch_report import detail_json, export_watch, summary_json
from review.states import AlarmState

SEES = requires(Action.SEE_MODELS)


def _weeks(query: dict[str, Any]) -> int:
    """Those asked for, else as many as alarms look at."""
    return int(query.get("weeks") or limits_of_site().weeks)


@extend_schema(parameters=[WatchListQuery])
class WatchedModelsView(generics.ListAPIView[Any]):
    """Model versions with what signed reviews and their own scores say of them; champions first."""

    permission_classes = [SEES]
    serializer_class = WatchedModelOutput
    queryset = ModelVersion.objects.none()

    def get_queryset(self) -> QuerySet[ModelVersion]:
        """Those the person may see, narrowed to `?project=`."""
        models = watchable_models(signed_in(self.request))
        project = parse(WatchListQuery, self.request.query_params).get("project")
        return models if project is None else models.filter(project=project)

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        """A page, with figures over the last `?weeks=`."""
        weeks = _weeks(parse(WatchListQuery, self.request.query_params))
        page = super().paginate_queryset(queryset) or []
        watched = watch(page, weeks=weeks, limits=limits_of_site())
        return [summary_json(one, weeks=weeks) for one in watched]


class WatchedModelView(APIView):
    """One model version."""

    permission_classes = [SEES]

    @extend_schema(parameters=[WatchQuery], responses=WatchedModelDetailOutput)
    def get(self, request: Request, pk: str) -> Response:
        """Its figures over the last `?weeks=`: by week, lesion class, site and camera."""
        model = one_of(watchable_models(signed_in(request)), "model", pk=pk)
        weeks = _weeks(parse(WatchQuery, request.query_params))
        (one,) = watch([model], weeks=weeks, limits=limits_of_site())
        return Response(WatchedModelDetailOutput(detail_json(one, weeks=weeks)).data)


class WatchedModelCsvView(APIView):
    """The figures for a spreadsheet."""

    permission_classes = [SEES]

    @extend_schema(parameters=[WatchQuery], responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: str) -> HttpResponse:
        """A row for each figure; every download is in the audit log."""
        user = signed_in(request)
        model = one_of(watchable_models(user), "model", pk=pk)
        weeks = _weeks(parse(WatchQuery, request.query_params))
        table = export_watch(model=model, weeks=weeks, by=user)
        response = HttpResponse(table.encode(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="model_{model.pk[:10]}_{weeks}_weeks.csv"'
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return response


@extend_schema(parameters=[AlarmsQuery])
class ModelAlarmsView(generics.ListAPIView[ModelAlarm]):
    """Alarms about champions, newest first."""

    permission_classes = [SEES]
    serializer_class = ModelAlarmOutput
    queryset = ModelAlarm.objects.none()

    def get_queryset(self) -> QuerySet[ModelAlarm]:
        """Those of models that the person may see, narrowed to `?project=`, `?model=` and `?state=`."""
        query = parse(AlarmsQuery, self.request.query_params)
        alarms = alarms_in(alarms_for(signed_in(self.request)), AlarmState(query["state"]))
        if query.get("project") is not None:
            alarms = alarms.filter(model__project=query["project"])
        return alarms.filter(model=query["model"]) if query["model"] else alarms


class AcknowledgeAlarmView(APIView):
    """Acknowledging."""

    permission_classes = [requires(Action.PROMOTE)]

    @extend_schema(request=AcknowledgeInput, responses=ModelAlarmOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Say that somebody knows. 409 `conflict` when it was acknowledged already or has ended."""
        user = signed_in(request)
        alarm = one_of(alarms_for(user), "alarm", pk=pk)
        acknowledge_alarm(alarm=alarm, by=user, **parse(AcknowledgeInput, request.data))
        return Response(ModelAlarmOutput(alarm).data)
