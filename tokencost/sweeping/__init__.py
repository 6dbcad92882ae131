"""Millions of points: names are loops, numbers are axes of arrays, and every point is what a plan would say."""
