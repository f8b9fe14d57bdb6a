"""A person who signs in."""

from collections.abc import Iterator
from functools import cached_property

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac

from accounts.roles import ROLE_ACTIONS, Role
from core.actions import Action


class User(AbstractUser):
    """A person and the roles they hold. `is_superuser` grants nothing here."""

    roles = models.JSONField(default=list)
    session_epoch = models.PositiveIntegerField(default=0)  # one more ends every session
    granted: frozenset[Action] | None = None  # by the personal token of this request; None: no token

    class Meta(AbstractUser.Meta):
        ordering = ["username"]

    @cached_property
    def actions(self) -> frozenset[Action]:
        """Everything the person's roles allow."""
        return frozenset[Action]().union(*(ROLE_ACTIONS[Role(role)] for role in self.roles))

    def can(self, action: Action) -> bool:
        """Whether a role of the person includes the action, and the token does where they use one."""
        return self.is_active and action in self.actions and not self.lacks_scope_for(action)

    def lacks_scope_for(self, action: Action) -> bool:
        """Whether the token that is used keeps the action from its owner."""
        return self.granted is not None and action not in self.granted

    def get_session_auth_hash(self) -> str:
        """Tie sessions to the password and to `session_epoch`: a change of either ends them."""
        return salted_hmac(
            "accounts.session", f"{self.password}:{self.session_epoch}", algorithm="sha256"
        ).hexdigest()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same with the secret keys that SECRET_KEY took the place of."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield salted_hmac(
                "accounts.session", f"{self.password}:{self.session_epoch}", secret=secret, algorithm="sha256"
            ).hexdigest()

    @property
    def display_name(self) -> str:
        """The full name, or the name to sign in with where there is none."""
        return self.get_full_name() or self.get_username()

    def has_role(self, role: Role) -> bool:
        """Whether the person holds a role; for lists of people, not for permission checks."""
        return role in self.roles
