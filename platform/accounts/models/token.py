"""Personal tokens for scripts."""

from django.conf import settings
from django.db import models


class PersonalToken(models.Model):
    """A person's key for scripts. Only its SHA-256 is kept; the key is shown once.

    `scopes` are names of accounts.scopes: a token may do no more than they say, nor more than its owner.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=8)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    scopes = models.JSONField(default=list)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
