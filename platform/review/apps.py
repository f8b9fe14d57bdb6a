"""Django's entry to review."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """Verdicts on findings, decisions for patients, signatures and their reports."""

    name = "review"
    default_auto_field = "django.db.models.BigAutoField"
