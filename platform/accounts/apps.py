"""Django's entry to accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, roles, sign-in."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
