"""All addresses: the API of each app under /api/, the front end's page for the rest."""

from django.urls import include, path, re_path
from django.urls.resolvers import URLPattern, URLResolver

from config import views

_apps = ("core", "accounts", "annotations", "inference", "review")
_api: list[URLPattern | URLResolver] = [path("", include(f"{app}.api.urls")) for app in _apps]
urlpatterns = [
    path("api/", include(_api)),
    re_path(r"^api/", views.unknown_api, name="unknown-api"),
    path("service-worker.js", views.service_worker, name="service-worker"),
    re_path(r"^(?!static/).*$", views.index, name="index"),
]
handler400 = "config.views.bad_request"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
