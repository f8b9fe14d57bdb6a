"""The registry of job handlers: apps register by kind, core calls them and imports none of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.states import Queue

if TYPE_CHECKING:
    from core.services.job_context import JobContext

Handler = Callable[["JobContext"], dict[str, Any] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredHandler:
    """A function that does one kind of job, and the queue it belongs to."""

    kind: str
    queue: Queue
    run: Handler


_HANDLERS: dict[str, RegisteredHandler] = {}


def job_handler(*, kind: str, queue: Queue = Queue.SHORT) -> Callable[[Handler], Handler]:
    """Register a function as the one that does jobs of `kind`.

    Raises ValueError when the kind is taken.
    """

    def register(run: Handler) -> Handler:
        if kind in _HANDLERS:
            raise ValueError(f"job kind {kind!r} already has a handler")
        _HANDLERS[kind] = RegisteredHandler(kind=kind, queue=queue, run=run)
        return run

    return register


def handler_for(kind: str) -> RegisteredHandler:
    """Return the handler of a kind; KeyError when no app registered one."""
    return _HANDLERS[kind]


def registered_kinds() -> list[str]:
    """All kinds, sorted."""
    return sorted(_HANDLERS)
