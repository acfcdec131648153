"""Use cases of the audit."""
