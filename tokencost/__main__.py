"""`python -m tokencost` is the command."""

from tokencost.cli import main

main()
