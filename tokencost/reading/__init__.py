"""Files that people write: a small, safe part of YAML with the place of everything in it."""
