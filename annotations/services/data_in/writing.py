"""How long work writes and reports: a job fences its transactions, a command uses plain ones."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeAlias

OpenTransaction: TypeAlias = Callable[[], AbstractContextManager[Any]]
Progress: TypeAlias = Callable[[int, int, str], None]  # done, total, what is done now


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What a service needs of its surroundings to write in parts and be watched."""

    open_transaction: OpenTransaction
    progress: Progress
