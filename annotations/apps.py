"""Django's entry to annotations."""

from django.apps import AppConfig


class AnnotationsConfig(AppConfig):
    """Patients, images, labels, masks."""

    name = "annotations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register this app's job handlers."""
        from annotations import tasks  # noqa: F401
