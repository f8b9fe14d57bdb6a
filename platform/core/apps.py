"""Django's entry to core."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    """Jobs, audit log, health."""

    name = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import every app's `tasks`, so that their job handlers are registered in all processes;
        core's `worker_life` listens to Celery's signals."""
        autodiscover_modules("tasks", "worker_life")
