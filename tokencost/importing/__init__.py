"""Configurations of transformers and diffusers to records of the catalogue."""
