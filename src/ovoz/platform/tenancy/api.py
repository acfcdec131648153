"""The facade of tenancy."""

from ovoz.platform.tenancy.contracts import Tenant
from ovoz.platform.tenancy.repositories import TenantRepository
from ovoz.platform.tenancy.services import (
    TenantFinder,
    TenantKeys,
    TenantMaker,
    parse_blueprint,
    read_blueprint,
)

__all__ = [
    "Tenant",
    "TenantFinder",
    "TenantKeys",
    "TenantMaker",
    "TenantRepository",
    "parse_blueprint",
    "read_blueprint",
]
