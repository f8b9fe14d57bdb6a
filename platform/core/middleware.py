"""Refuses addresses that no database could be asked about."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from core.api.errors import error_body


class RefuseNulMiddleware:
    """Answers 400 to a NUL character in an address: PostgreSQL stores none, and would end in a 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the path and the query."""
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return JsonResponse(
                error_body(code="invalid", message="The address contains a NUL character."), status=400
            )
        return self.get_response(request)
