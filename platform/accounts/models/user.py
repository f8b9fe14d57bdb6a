"""A person who signs in."""

from functools import cached_property

from django.contrib.auth.models import AbstractUser
from django.db import models

from accounts.roles import ROLE_ACTIONS, Role
from core.actions import Action


class User(AbstractUser):
    """A person and the roles they hold. `is_superuser` grants nothing here."""

    roles = models.JSONField(default=list)

    class Meta(AbstractUser.Meta):
        ordering = ["username"]

    @cached_property
    def actions(self) -> frozenset[Action]:
        """Everything the person's roles allow."""
        return frozenset[Action]().union(*(ROLE_ACTIONS[Role(role)] for role in self.roles))

    def can(self, action: Action) -> bool:
        """Whether one of the person's roles includes the action."""
        return self.is_active and action in self.actions

    def has_role(self, role: Role) -> bool:
        """Whether the person holds a role; for lists of people, not for permission checks."""
        return role in self.roles
