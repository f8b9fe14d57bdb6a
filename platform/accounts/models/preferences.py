"""How a person likes to work."""

from django.conf import settings
from django.db import models


class Preferences(models.Model):
    """One person's view settings and keys; what the values mean is the front end's matter."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    values = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "preferences"

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"
