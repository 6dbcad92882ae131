"""The nouns: frozen records that say what things are and compute nothing."""
