"""The tables of core."""

from core.models.audit import AuditEvent
from core.models.job import Job
from core.models.viewing import Viewing
from core.models.worker import WorkerSeen

__all__ = ["AuditEvent", "Job", "Viewing", "WorkerSeen"]
