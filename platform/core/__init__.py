"""What every part of Fovea stands on: errors, jobs, the audit log, health."""
