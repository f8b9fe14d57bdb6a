"""Tests that use Fovea as its people do: a real browser in front of a real stack of processes."""
