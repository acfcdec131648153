"""The facade of tenancy."""

from ovoz.platform.tenancy.contracts import Tenant
from ovoz.platform.tenancy.repositories import TenantRepository
from ovoz.platform.tenancy.schemas import Blueprint
from ovoz.platform.tenancy.services.blueprints import blueprint_schema, parse_blueprint, read_blueprint
from ovoz.platform.tenancy.services.finding import TenantFinder
from ovoz.platform.tenancy.services.keys import KeyRotation, TenantKeys
from ovoz.platform.tenancy.services.making import TenantMaker

__all__ = [
    "Blueprint",
    "KeyRotation",
    "Tenant",
    "TenantFinder",
    "TenantKeys",
    "TenantMaker",
    "TenantRepository",
    "blueprint_schema",
    "parse_blueprint",
    "read_blueprint",
]
