"""Command line of inference."""
