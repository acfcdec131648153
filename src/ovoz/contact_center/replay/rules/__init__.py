"""Pure: a recorded day as the routing engine's simulation takes it."""
