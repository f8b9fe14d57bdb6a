"""The chores of review: each calls one service."""

from accounts.departures import when_closed
from accounts.models import User
from core.housekeeping import CHORE_SECONDS, daily, frequent
from review.services.claims import release_all_claims
from review.services.queue_places import keep_up, mark_forgotten
from review.services.tallies import tally_forgotten
from review.services.watch_alarms import check_when_changed, look_again


@daily
def count_signed_reviews() -> bool:
    """Count signed reviews that were never counted, until a call finds none."""
    return tally_forgotten(within_s=CHORE_SECONDS) > 0


@daily
def look_at_champions() -> None:
    """Have the champions' figures looked at: a window moves on even where nothing is new."""
    look_again()


@frequent
def watch_champions() -> None:
    """Look at the champions' figures once something was predicted or signed."""
    check_when_changed(within_s=CHORE_SECONDS)


@when_closed
def release_claims(person: User, by: User) -> None:
    """Give back the patients whom a person has claimed."""
    release_all_claims(reviewer=person, by=by)


@frequent
def keep_queue_up() -> None:
    """Find the places of patients in the review queue that have changed while nobody looked."""
    keep_up(within_s=CHORE_SECONDS)


@daily
def find_forgotten_patients() -> None:
    """Let nobody drop out of the review queue for good."""
    mark_forgotten()
