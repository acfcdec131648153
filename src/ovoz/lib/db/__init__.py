"""Postgres for every process: one unit of work per request or job, with the tenant fixed inside it."""

from ovoz.lib.db.database import CommitFailed, Database, DatabaseUnavailable, connect, schema_of

__all__ = ["CommitFailed", "Database", "DatabaseUnavailable", "connect", "schema_of"]
