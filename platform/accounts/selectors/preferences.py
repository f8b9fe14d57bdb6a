"""What a person set for themselves."""

from typing import Any

from accounts.models import Preferences, User


def preferences_of(user: User) -> dict[str, Any]:
    """The person's own values; empty until something was set."""
    row = Preferences.objects.filter(user=user).first()
    return dict(row.values) if row else {}
