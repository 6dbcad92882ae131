"""Cost and capacity planner for generative media."""

__version__ = "0.1.0"
