"""Weeks, as figures over time count them: from Monday on."""

from datetime import date, timedelta


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())
