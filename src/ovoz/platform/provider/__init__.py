"""The provider's work over HTTP: only at the provider's own host, only for its own staff."""
