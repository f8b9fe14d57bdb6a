"""The one place where errors become HTTP: `{"code", "message", "remedy", "detail"}`, or a page for people."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.errors import Busy, DomainError, NotFound, NotPermitted, TooLarge

log = logging.getLogger(__name__)

_NOT_PERMITTED = "Your roles do not include this."
_ASK_FOR_A_ROLE = "Ask an administrator for the role that does."


class ErrorOutput(serializers.Serializer[dict[str, Any]]):
    """What every refused request answers."""

    code = serializers.CharField(help_text="Stable; programs may rely on it.")
    message = serializers.CharField(help_text="What went wrong, for a person.")
    remedy = serializers.CharField(allow_blank=True, help_text="What to do about it.")
    detail = serializers.DictField(help_text="Facts for programs.")


def error_body(
    *, code: str, message: str, remedy: str = "", detail: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the JSON of an error."""
    return {"code": code, "message": message, "remedy": remedy, "detail": detail or {}}


def error_answer(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """The error as JSON, or as a page where a person opened the address in a browser."""
    response = error_response(error, context)
    if response is None or not _is_opened_by_a_person(context["request"]):
        return response
    told = {**response.data, "status": response.status_code}
    page = render(context["request"]._request, "refused.html", told, status=response.status_code)
    for name in ("Retry-After", "WWW-Authenticate"):
        if name in response.headers:
            page.headers[name] = response.headers[name]
    return page


def error_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Map a domain error, or one of Django's or DRF's own, to a response; None leaves it to become a 500."""
    headers: dict[str, str] = {}
    if isinstance(error, exceptions.APIException) and not isinstance(error, exceptions.NotFound):
        status, body, headers = _from_rest_framework(error)
    elif (known := _as_domain_error(error)) is not None:
        status = known.status
        body = error_body(code=known.code, message=known.message, remedy=known.remedy, detail=known.detail)
    else:
        return None
    set_rollback()
    return Response(body, status=status, headers=headers)


def _is_opened_by_a_person(request: Request) -> bool:
    """Whether a browser shows the answer as a page, as it does where a link leads to a download."""
    return request.method == "GET" and "text/html" in request.headers.get("Accept", "")


def _as_domain_error(error: Exception) -> DomainError | None:
    if isinstance(error, DomainError):
        return error
    if isinstance(error, Http404 | exceptions.NotFound):
        return NotFound("There is no such thing, or it is not yours.")
    if isinstance(error, PermissionDenied):
        return NotPermitted(_NOT_PERMITTED, remedy=_ASK_FOR_A_ROLE)
    if isinstance(error, RequestDataTooBig):
        return TooLarge("This request is too large.", remedy="Send it in smaller parts.")
    if isinstance(error, OperationalError):
        log.error("the database does not answer", exc_info=error)
        return Busy("The database does not answer now.", remedy="Try again in a moment.")
    return None


def _from_rest_framework(error: exceptions.APIException) -> tuple[int, dict[str, Any], dict[str, str]]:
    headers = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if isinstance(error, exceptions.ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"": error.detail}
        body = error_body(
            code="invalid",
            message=_first_message(fields),
            remedy="Correct the named fields and send it again.",
            detail={"fields": fields},
        )
    elif isinstance(error, exceptions.Throttled):
        wait_s = int(getattr(error, "wait", None) or 0)  # unknown to the type stubs
        headers["Retry-After"] = str(wait_s)
        body = error_body(
            code="too_many_requests", message="Too many requests.", remedy=f"Wait {wait_s} seconds."
        )
    elif isinstance(error, exceptions.NotAuthenticated):
        body = error_body(
            code="not_signed_in", message="You are not signed in.", remedy="Sign in and try again."
        )
    elif isinstance(error, exceptions.PermissionDenied):
        body = _forbidden(str(error.detail))
    else:
        body = error_body(code=str(error.default_code), message=str(error.detail))
    return error.status_code, body, headers


def _forbidden(message: str) -> dict[str, Any]:
    if message.startswith("CSRF"):
        return error_body(
            code="csrf_failed", message="The page is out of date.", remedy="Reload it and try again."
        )
    return error_body(code=NotPermitted.code, message=_NOT_PERMITTED, remedy=_ASK_FOR_A_ROLE)


def _first_message(fields: Any, path: str = "") -> str:
    """Return the first message of DRF's nested errors, with the path to its field."""
    if isinstance(fields, dict) and fields:
        key, value = next(iter(fields.items()))
        if isinstance(key, int):
            return _first_message(value, f"{path}[{key}]")
        key = "" if key == "non_field_errors" else str(key)
        return _first_message(value, f"{path}.{key}".strip("."))
    if isinstance(fields, list) and fields:
        if isinstance(fields[0], dict | list):
            row = next((i for i, item in enumerate(fields) if item), 0)
            return _first_message(fields[row], f"{path}[{row}]")
        return f"{path}: {fields[0]}" if path else str(fields[0])
    return str(fields)
