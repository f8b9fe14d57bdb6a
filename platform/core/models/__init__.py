"""The tables of core."""

from core.models.audit import AuditEvent, AuditHead
from core.models.job import Job
from core.models.viewing import Viewing
from core.models.worker import WorkerSeen

__all__ = ["AuditEvent", "AuditHead", "Job", "Viewing", "WorkerSeen"]
