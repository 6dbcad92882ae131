"""Judging candidates against limits, ranking them, and saying why."""
