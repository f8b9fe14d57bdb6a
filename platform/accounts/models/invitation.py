"""Invitations: a person who may still set their own name and password."""

from django.conf import settings
from django.db import models


class Invitation(models.Model):
    """An open invitation of a person who can't sign in yet; it ends by being used, withdrawn or too old.

    Only the SHA-256 of the link's key is kept. A person is made with their roles when they are invited, so
    that they can be let into projects before they come.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitation"
    )
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"invitation of {self.person}"
