"""Work on a platform: how long each operator, step and phase takes there."""
