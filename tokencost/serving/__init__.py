"""A fleet under load."""
