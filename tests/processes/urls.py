"""Fovea's addresses and one for queueing the tests' own jobs through the real web server."""

from django.urls import include, path

from tests.processes.jobs_app.views import DeliverView, TestJobsView

urlpatterns = [
    path("api/test-jobs/", TestJobsView.as_view()),
    path("api/test-jobs/<uuid:pk>/deliver/", DeliverView.as_view()),
    path("", include("config.urls")),
]
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
