"""What it costs: line items from prices and time, joules from power and time."""
