"""Ties a view to the action it needs."""

from typing import Protocol, cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from core.actions import Action
from core.errors import TokenScope


class Actor(Protocol):
    """Somebody who may or may not do things: `accounts.models.User`, seen from below."""

    def can(self, action: Action) -> bool:
        """Whether one of the person's roles includes the action."""
        ...

    actions: frozenset[Action]  # of the person's roles

    def lacks_scope_for(self, action: Action) -> bool:
        """Whether the personal token that is used keeps the action from its owner."""
        ...


def requires(*actions: Action) -> type[BasePermission]:
    """Make a DRF permission: signed in, and allowed at least one of the actions."""

    class RequiresAction(BasePermission):
        def has_permission(self, request: Request, view: APIView) -> bool:
            if not request.user or not request.user.is_authenticated:
                return False
            actor = cast("Actor", request.user)
            if any(actor.can(action) for action in actions):
                return True
            if any(action in actor.actions and actor.lacks_scope_for(action) for action in actions):
                raise TokenScope(
                    "The scopes of this token do not include this.",
                    remedy="Make a token with the scope that does, on the account page.",
                )
            return False

    RequiresAction.__name__ = "Requires_" + "_or_".join(action.name for action in actions)
    return RequiresAction
