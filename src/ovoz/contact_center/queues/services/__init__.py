"""Use cases of skills and queues."""
