"""The chores of review: each calls one service."""

from accounts.departures import when_closed
from accounts.models import User
from review.services.claims import release_all_claims


@when_closed
def release_claims(person: User, by: User) -> None:
    """Give back the patients whom a person has claimed."""
    release_all_claims(reviewer=person, by=by)
