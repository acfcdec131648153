"""Tenants: one schema, one role and one key for each; nobody reads another's rows."""
