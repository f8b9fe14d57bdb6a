"""What happens to a person's unfinished things when their account is closed: other apps register it here."""

from collections.abc import Callable

from accounts.models import User

Release = Callable[[User, User], object]
_RELEASES: list[Release] = []


def when_closed(release: Release) -> Release:
    """Register a function of the person and of who closes the account; it runs in the closing transaction."""
    _RELEASES.append(release)
    return release


def release_everything(*, person: User, by: User) -> None:
    """Give free what only this person could go on with."""
    for release in _RELEASES:
        release(person, by)
