"""All SQL about tenants: finding them, making them, what is owed to them, the ledger of migrations."""

from ovoz.platform.tenancy.repositories.keys import (
    add_key,
    hold_keys,
    next_key_version,
    replace_wrapping,
    stop_key_writers,
    wrapped_keys,
)
from ovoz.platform.tenancy.repositories.provisioning import (
    insert_tenant,
    load_blueprint,
    make_schema,
    schema_statements,
)
from ovoz.platform.tenancy.repositories.tenants import TenantRepository

__all__ = [
    "TenantRepository",
    "add_key",
    "hold_keys",
    "insert_tenant",
    "load_blueprint",
    "make_schema",
    "next_key_version",
    "replace_wrapping",
    "schema_statements",
    "stop_key_writers",
    "wrapped_keys",
]
