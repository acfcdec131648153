"""Pure rules of skills and queues."""
