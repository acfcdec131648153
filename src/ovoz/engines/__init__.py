"""Gets, starts, watches and stops the servers Ovoz stands on, for development, demo and tests."""
