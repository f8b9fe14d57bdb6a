"""Django's entry to core."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Jobs, audit log, health."""

    name = "core"
    default_auto_field = "django.db.models.BigAutoField"
