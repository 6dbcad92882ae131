"""Pages: one file of HTML each that needs nothing else, with charts, and plans of other values where they were made."""
