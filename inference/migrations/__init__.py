"""Migrations of inference, named by hand."""
