"""Queues test jobs as any view would."""

from typing import Any, cast
from uuid import UUID

from django.db import transaction
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.models import Job
from core.services import publishing
from core.services.jobs import queue_job


class TestJobsView(APIView):
    """POST `{kind, count, payload}` answers 202 with the jobs' ids."""

    permission_classes = [IsAuthenticated]

    @transaction.atomic
    def post(self, request: Request) -> Response:
        """Queue the jobs in one transaction."""
        wanted = cast("dict[str, Any]", request.data)
        made = [
            queue_job(kind=wanted["kind"], payload=wanted["payload"], by=request.user)
            for _ in range(wanted["count"])
        ]
        return Response({"jobs": [str(job.pk) for job in made]}, status=202)


class DeliverView(APIView):
    """POST `{times}` sends one job's id to the broker again."""

    permission_classes = [IsAuthenticated]

    def post(self, request: Request, pk: UUID) -> Response:
        """Publish the job so many times."""
        job = Job.objects.get(pk=pk)
        sent = sum(publishing.publish(job) for _ in range(cast("dict[str, Any]", request.data)["times"]))
        return Response({"sent": sent})
