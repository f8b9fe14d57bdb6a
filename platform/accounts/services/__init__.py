"""Writes: each changes something, in one transaction."""
