"""The use cases: estimate, compare, plan, check. The only layer that knows the order of things."""
