"""Datasets, training runs, the model registry, predictions, decisions."""
