"""Django's entry to accounts."""

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts.roles import Role


class AccountsConfig(AppConfig):
    """Users, roles, sign-in."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Refuse a role in REQUIRE_SECOND_FACTOR that there is not: nobody would be asked for a code."""
        unknown = set(settings.REQUIRE_SECOND_FACTOR) - set(Role.values)
        if unknown:
            raise ImproperlyConfigured(
                f"REQUIRE_SECOND_FACTOR names {', '.join(sorted(unknown))}. "
                f"The roles are {', '.join(Role.values)}."
            )
