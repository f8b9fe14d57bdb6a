"""Sign-in attempts: the throttle counts them, and an administrator can look at them."""

from django.db import models


class SignInAttempt(models.Model):
    """One try to sign in. In the database, so that all web processes count together without a broker."""

    username = models.CharField(max_length=150)
    address = models.CharField(max_length=64)
    succeeded = models.BooleanField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["address", "at"], name="sign_in_address_at")]

    def __str__(self) -> str:
        return f"{self.username} from {self.address}"
