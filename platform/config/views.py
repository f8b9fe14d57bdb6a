"""The page that carries the front end."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from core.api.errors import error_body


def index(request: HttpRequest) -> HttpResponse:
    """Serve the front end's page for every path that is not the API's."""
    return HttpResponse("The front end is not built yet.", status=503)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a refused form in the API's error shape."""
    body = error_body(
        code="csrf_failed", message="The page is out of date.", remedy="Reload it and try again."
    )
    return JsonResponse(body, status=403)
