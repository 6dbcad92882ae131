"""The Python interface: the commands as functions, with the same names, the same flags and the same answers.

A function imports what it needs when it is called: who estimates or compares needs no reader of specs. `tokencost`
itself has all of them.
"""
