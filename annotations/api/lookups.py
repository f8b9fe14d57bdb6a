"""Small helpers of annotations' views."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from accounts.api.requests import signed_in
from accounts.models import User
from annotations.models import Project
from annotations.selectors import projects_for
from core.errors import NotFound

M = TypeVar("M", bound=Model)


def one_of(queryset: QuerySet[M], what: str, **lookup: Any) -> M:
    """Give the one row among those the person may see; raises NotFound, and never tells why."""
    found = queryset.filter(**lookup).first()
    if found is None:
        raise NotFound(f"There is no such {what}, or it is not yours.")
    return found


def project_of(request: Request, project_id: int) -> Project:
    """A project that the person may see; raises NotFound."""
    return one_of(projects_for(signed_in(request)), "project", pk=project_id)


def number_in(request: Request, name: str) -> int | None:
    """A whole number from the query string; raises ValidationError for anything else."""
    value = request.query_params.get(name, "")
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise ValidationError({name: ["Give a whole number."]})
    return int(value)


def choice_in(request: Request, name: str, choices: list[str]) -> str:
    """One of the choices from the query string, or an empty text; raises ValidationError."""
    value = request.query_params.get(name, "")
    if value and value not in choices:
        raise ValidationError({name: [f"Use one of: {', '.join(choices)}."]})
    return value


def people_named(ids: list[int]) -> list[User]:
    """The active users of the ids; raises NotFound when one is missing."""
    people = list(User.objects.filter(pk__in=ids, is_active=True))
    if len(people) != len(set(ids)):
        raise NotFound("One of the people does not exist or is no longer active.")
    return people
