"""What every test has in common: a day, and Ctrl-C."""

import os
import signal

NEW = 1764547200
"""1 December 2025, in seconds since 1970: a day on which shipped prices are new, so no note about their age comes."""

os.environ["SOURCE_DATE_EPOCH"] = str(NEW)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Shells that run in the background ignore Ctrl-C, and so would every command that a test starts and interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
