"""Small helpers of inference's views."""

from typing import Any, TypeVar, cast

from django.db.models import Model, QuerySet
from rest_framework.request import Request

from accounts.models import User
from annotations.models import Project
from annotations.selectors import projects_for
from core.errors import NotFound

M = TypeVar("M", bound=Model)


def person(request: Request) -> User:
    """Who asks; permission classes have made sure that somebody is signed in."""
    return cast("User", request.user)


def one_of(queryset: "QuerySet[M]", what: str, **lookup: Any) -> M:
    """The one row of what the person may see. Raises NotFound, whether it does not exist or is not theirs."""
    found = queryset.filter(**lookup).first()
    if found is None:
        raise NotFound(f"There is no such {what}, or it is not yours.")
    return found


def project_of(request: Request, project_id: int) -> Project:
    """A project the person belongs to. Raises NotFound."""
    return one_of(projects_for(person(request)), "project", pk=project_id)


def idempotency_key(request: Request) -> str | None:
    """The `Idempotency-Key` header: the same key again gives the same job, not a second one."""
    return request.headers.get("Idempotency-Key", "")[:200] or None
