"""All addresses: the API of each app under /api/, the front end's page for the rest."""

from importlib.util import find_spec

from django.apps import apps
from django.urls import include, path, re_path
from django.urls.resolvers import URLPattern, URLResolver

from config import views

_api: list[URLPattern | URLResolver] = [
    path("", include(f"{app}.api.urls"))
    for app in ("core", "accounts", "annotations", "inference")
    if apps.is_installed(app) and find_spec(f"{app}.api.urls")
]
urlpatterns = [
    path("api/", include(_api)),
    re_path(r"^(?!api/|static/).*$", views.index, name="index"),
]
