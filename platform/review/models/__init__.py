"""Rows of review."""
