"""The only part that uses the network, and only where a command was asked to: standard library, no other host."""
