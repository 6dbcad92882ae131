"""Families: how a request becomes a program of phases. One function each; none knows a platform."""
