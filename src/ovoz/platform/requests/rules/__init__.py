"""Pure rules of requests."""
