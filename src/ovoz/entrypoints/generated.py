"""`ovoz generate`: files that are made from the code and committed, so that others can read them without running it."""

import tempfile
from typing import Any

import msgspec

from ovoz.entrypoints.api import application
from ovoz.entrypoints.openapi import document
from ovoz.lib.endpoints import Endpoints, Manager, Trunk
from ovoz.lib.settings import REPOSITORY, Settings
from ovoz.platform.access.api import roles_schema
from ovoz.platform.privacy.api import policy_schema
from ovoz.platform.tenancy.api import blueprint_schema

ROLES_SCHEMA = REPOSITORY / "tenants" / "roles.schema.json"
BLUEPRINT_SCHEMA = REPOSITORY / "tenants" / "schema.json"
PRIVACY_SCHEMA = REPOSITORY / "tenants" / "privacy.schema.json"
OPENAPI = REPOSITORY / "frontend" / "projects" / "api" / "openapi.json"
_NOWHERE = Endpoints(
    "postgresql://nowhere",
    "",
    "",
    "",
    "redis://nowhere",
    "",
    "",
    Manager("", 0, "", ""),
    "",
    Trunk("", 0, ""),
    "",
    "",
    "",
)


def generate(*, check: bool) -> list[str]:
    """Writes what differs, or (with `check`) only names it; the paths are relative to the repository."""
    differing = []
    contents = (
        (BLUEPRINT_SCHEMA, blueprint_schema()),
        (ROLES_SCHEMA, roles_schema()),
        (PRIVACY_SCHEMA, policy_schema()),
        (OPENAPI, openapi()),
    )
    for path, content in contents:
        wanted = msgspec.json.format(msgspec.json.encode(content, order="deterministic")) + b"\n"
        if not path.exists() or path.read_bytes() != wanted:
            differing.append(str(path.relative_to(REPOSITORY)))
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(wanted)
    return differing


def openapi() -> dict[str, Any]:
    """The API's document, made without any engine."""
    with tempfile.TemporaryDirectory() as home:
        app = application(Settings.from_environment({"OVOZ_HOME": home}), _NOWHERE)
    return document(app)
