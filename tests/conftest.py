"""What every test has in common: a day, examples that are the same in every run, and Ctrl-C."""

import os
import signal

from hypothesis import settings

NEW = 1764547200
"""1 December 2025, in seconds since 1970: a day on which shipped prices are new, so no note about their age comes."""

os.environ["SOURCE_DATE_EPOCH"] = str(NEW)
# A gate that draws at random blames a change for what it did not do; the nightly run draws anew (`random`).
settings.register_profile("same", derandomize=True, database=None, deadline=None)
settings.register_profile("random", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Shells that run in the background ignore Ctrl-C, and so would every command that a test starts and interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
