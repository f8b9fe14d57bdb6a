"""Reads: what somebody may see, and how."""
