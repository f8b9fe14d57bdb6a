"""The page that carries the front end."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie

from config import vite
from core.api.errors import error_body


@never_cache
@ensure_csrf_cookie
def index(request: HttpRequest) -> HttpResponse:
    """Serve the front end's page for every path that is not the API's; 503 when it is not built."""
    entry = vite.entry(settings.FRONTEND_DIST, base_url=settings.STATIC_URL)
    if entry is None:
        return render(request, "not_built.html", status=503)
    return render(request, "index.html", {"entry": entry})


@never_cache
def service_worker(request: HttpRequest) -> HttpResponse:
    """Serve what keeps the page for when the server is away; from the root, to serve every address."""
    code = vite.worker(settings.FRONTEND_DIST, base_url=settings.STATIC_URL)
    if code is None:
        return HttpResponse("Not found.", content_type="text/plain", status=404)
    return HttpResponse(code, content_type="text/javascript; charset=utf-8")


def unknown_api(request: HttpRequest) -> HttpResponse:
    """Answer an API address that does not exist in the API's error shape."""
    body = error_body(code="not_found", message=f"There is no API address {request.path}.")
    return JsonResponse(body, status=404)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a missing static file."""
    return HttpResponse("Not found.", content_type="text/plain", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an unexpected error in the API's error shape, without details: they are in the log."""
    body = error_body(
        code="internal_error",
        message="Something unexpected went wrong.",
        remedy="Try again. An administrator finds the details in the server's log.",
    )
    return JsonResponse(body, status=500)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django refused before any view saw it."""
    body = error_body(code="bad_request", message="This request could not be understood.")
    return JsonResponse(body, status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a refused form in the API's error shape."""
    body = error_body(
        code="csrf_failed", message="The page is out of date.", remedy="Reload it and try again."
    )
    return JsonResponse(body, status=403)
