"""Ties a view to the action it needs."""

from typing import Any, Protocol, cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from core.actions import Action


class Actor(Protocol):
    """Somebody who may or may not do things: `accounts.models.User`, seen from below."""

    def can(self, action: Action) -> bool:
        """Whether one of the person's roles includes the action."""
        ...


def requires(*actions: Action) -> type[BasePermission]:
    """Make a DRF permission: signed in, and allowed at least one of the actions."""

    class RequiresAction(BasePermission):
        def has_permission(self, request: Request, view: APIView) -> bool:
            user: Any = request.user
            return bool(user and user.is_authenticated) and any(
                cast("Actor", user).can(action) for action in actions
            )

    RequiresAction.__name__ = "Requires_" + "_or_".join(action.name for action in actions)
    return RequiresAction
