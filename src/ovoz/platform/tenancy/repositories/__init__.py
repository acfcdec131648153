"""All SQL about tenants: finding them, making them, what is owed to them, the ledger of migrations."""

from ovoz.platform.tenancy.repositories.provisioning import (
    insert_tenant,
    load_blueprint,
    make_schema,
    schema_statements,
)
from ovoz.platform.tenancy.repositories.tenants import TenantRepository

__all__ = ["TenantRepository", "insert_tenant", "load_blueprint", "make_schema", "schema_statements"]
