"""Django's entry to inference."""

from django.apps import AppConfig


class InferenceConfig(AppConfig):
    """Datasets, training, models, predictions, decisions."""

    name = "inference"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register this app's job handlers."""
        from inference import tasks  # noqa: F401
