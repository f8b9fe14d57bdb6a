"""Django's entry to inference."""

from django.apps import AppConfig


class InferenceConfig(AppConfig):
    """Datasets, training, models, predictions, decisions."""

    name = "inference"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register this app's job handlers and its kind of export."""
        from inference import tasks  # noqa: F401
        from inference.services import export_dataset

        export_dataset.register()
