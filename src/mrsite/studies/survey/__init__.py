"""Measured against predicted: readings in, two verdicts a point, and what the readings teach of the magnet."""
