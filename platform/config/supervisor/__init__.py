"""Starts every part of Fovea on one machine, watches over them and ends them: `python -m config.supervisor`.

It imports neither Django nor any app: it must stay small, start fast and outlive what it watches.
"""
