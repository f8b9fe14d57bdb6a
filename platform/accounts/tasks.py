"""The daily chores of accounts."""

from django.core.management import call_command

from accounts.services.lockout import forget_old_failures
from core.housekeeping import daily


@daily
def clear_sessions() -> None:
    """Delete sessions that have ended."""
    call_command("clearsessions")


@daily
def clear_failed_sign_ins() -> None:
    """Delete failures to sign in that nobody counts or looks at any more."""
    forget_old_failures()
