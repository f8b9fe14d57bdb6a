"""The daily chores of accounts."""

from django.core.management import call_command

from accounts.services.sign_in import forget_old_attempts
from core.housekeeping import daily


@daily
def clear_sessions() -> None:
    """Delete sessions that have ended."""
    call_command("clearsessions")


@daily
def clear_sign_in_attempts() -> None:
    """Delete attempts to sign in that nobody counts any more."""
    forget_old_attempts()
