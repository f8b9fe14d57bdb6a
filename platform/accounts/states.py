"""Kinds of proof of who somebody is."""

from enum import StrEnum


class Proof(StrEnum):
    """What failed; kept where axes keeps the browser, which anybody may write what they like into."""

    PASSWORD = "password"  # noqa: S105 - a kind, not a secret
    CODE = "code of the second factor"
