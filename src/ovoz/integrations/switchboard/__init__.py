"""The switchboard over its internal HTTP address."""
