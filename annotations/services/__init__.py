"""What annotations does: each service is one change, in one transaction."""
