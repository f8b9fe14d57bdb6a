"""Errors a person can act on. Each has a stable code; core.api.errors maps them to HTTP, in one place."""

from typing import Any, ClassVar


class DomainError(Exception):
    """Something the person asked for can't be done, and why.

    `message` says what and where, `remedy` what to do about it, `detail` is JSON for programs.
    """

    code: str = "domain_error"  # per class; an instance may carry another program's code
    status: ClassVar[int] = 400

    def __init__(self, message: str, *, remedy: str = "", detail: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.detail = detail or {}

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class Invalid(DomainError):
    """The input itself is wrong."""

    code = "invalid"


class NotPermitted(DomainError):
    """The person's roles do not include the action."""

    code = "not_permitted"
    status = 403


class TokenScope(NotPermitted):
    """The person may do this, the personal token that they use may not."""

    code = "token_scope"


class NotFound(DomainError):
    """It does not exist, or it is not this person's to see: the two look the same on purpose."""

    code = "not_found"
    status = 404


class Conflict(DomainError):
    """It can't be done in the state things are in now."""

    code = "conflict"
    status = 409


class Busy(DomainError):
    """A part the work needs does not answer now; asking again later may work."""

    code = "busy"
    status = 503


class TooLarge(DomainError):
    """More was sent at once than is taken."""

    code = "too_large"
    status = 413
