"""Validation: predict what others measured, and say how far off the predictions are, regime by regime."""
