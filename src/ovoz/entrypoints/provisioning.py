"""Wires what makes tenants."""

from ovoz.lib.endpoints import Endpoints
from ovoz.lib.sealing import installation_key
from ovoz.lib.settings import Settings
from ovoz.platform.identity.api import hash_password
from ovoz.platform.tenancy.api import TenantMaker

CELL = "cell-1"
NODE = "node-1"


def tenant_maker(settings: Settings, endpoints: Endpoints) -> TenantMaker:
    """Makes tenants of this installation, in its one cell."""
    return TenantMaker(
        admin_url=endpoints.database_admin_url,
        data_dir=settings.data_dir,
        installation_key=installation_key(settings.home),
        hash_password=hash_password,
        cell_id=CELL,
    )
