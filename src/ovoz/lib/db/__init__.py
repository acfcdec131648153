"""Postgres for every process: one unit of work per request or job, with the tenant fixed inside it."""

from ovoz.lib.db.database import (
    BEFORE_COMMIT,
    CommitFailed,
    Database,
    DatabaseUnavailable,
    TenantGone,
    connect,
    schema_of,
)
from ovoz.lib.db.owner import OwnerDatabase, driver_of

__all__ = [
    "BEFORE_COMMIT",
    "CommitFailed",
    "Database",
    "DatabaseUnavailable",
    "OwnerDatabase",
    "TenantGone",
    "connect",
    "driver_of",
    "schema_of",
]
