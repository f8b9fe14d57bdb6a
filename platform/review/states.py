"""Closed vocabularies of review."""
