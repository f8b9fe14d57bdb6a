"""Addresses of core under /api/."""

from django.urls import path

from core.api.audit import AuditEventsView, AuditExportView, AuditNamesView
from core.api.jobs import CancelJobView, JobsView, JobView
from core.api.system import HealthView, SystemView

urlpatterns = [
    path("health/", HealthView.as_view(), name="health"),
    path("system/", SystemView.as_view(), name="system"),
    path("jobs/", JobsView.as_view(), name="jobs"),
    path("jobs/<uuid:pk>/", JobView.as_view(), name="job"),
    path("jobs/<uuid:pk>/cancel/", CancelJobView.as_view(), name="cancel-job"),
    path("audit-events/", AuditEventsView.as_view(), name="audit-events"),
    path("audit-events/names/", AuditNamesView.as_view(), name="audit-names"),
    path("audit-events/export/", AuditExportView.as_view(), name="audit-export"),
]
