"""The facade of access."""

from ovoz.platform.access.contracts import PROVIDER, Conditions, Grant, Reach, Right, Subject
from ovoz.platform.access.ports import Audit
from ovoz.platform.access.repositories import AccessRepository, Columns, within
from ovoz.platform.access.rules.catalogue import CATALOGUE, PROVIDER_RIGHTS
from ovoz.platform.access.rules.conditions import Thing
from ovoz.platform.access.rules.snapshot import Snapshot, beyond
from ovoz.platform.access.schemas import RolesFile
from ovoz.platform.access.services.decisions import Access
from ovoz.platform.access.services.listening import ChangeListener
from ovoz.platform.access.services.open_sockets import OpenSockets
from ovoz.platform.access.services.roles import Roles
from ovoz.platform.access.services.shipped import parse_roles, read_roles, roles_schema

__all__ = [
    "CATALOGUE",
    "PROVIDER",
    "PROVIDER_RIGHTS",
    "Access",
    "AccessRepository",
    "Audit",
    "ChangeListener",
    "Columns",
    "Conditions",
    "Grant",
    "OpenSockets",
    "Reach",
    "Right",
    "Roles",
    "RolesFile",
    "Snapshot",
    "Subject",
    "Thing",
    "beyond",
    "parse_roles",
    "read_roles",
    "roles_schema",
    "within",
]
