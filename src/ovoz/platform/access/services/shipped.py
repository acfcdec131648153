"""The shipped roles: `tenants/roles.yaml`."""

from pathlib import Path
from typing import Any

import msgspec
import yaml

from ovoz.platform.access.errors import RolesFileInvalid
from ovoz.platform.access.rules.catalogue import faults
from ovoz.platform.access.schemas import RolesFile, RoleSpec


def read_roles(data_dir: Path) -> RolesFile:
    """The roles of this release; raises RolesFileInvalid with the place and what would be right."""
    path = data_dir / "tenants" / "roles.yaml"
    return parse_roles(path.read_text(), path.name)


def parse_roles(content: str, source: str) -> RolesFile:
    """Shipped roles from YAML; `source` names it in errors."""
    try:
        parsed = msgspec.convert(yaml.safe_load(content), RolesFile)
    except yaml.YAMLError as error:
        raise RolesFileInvalid(f"{source}: not YAML: {error}") from None
    except msgspec.ValidationError as error:
        raise RolesFileInvalid(f"{source}: {error}") from None
    wrong = [
        f"{part}.{role.code}{at}: {said}"
        for part, roles in (("roles", parsed.roles), ("provider_roles", parsed.provider_roles))
        for role in roles
        for at, said in _faults(role, provider=part == "provider_roles")
    ]
    codes = [role.code for role in (*parsed.roles, *parsed.provider_roles)]
    wrong += [f"{code}: stands there twice" for code in sorted({c for c in codes if codes.count(c) > 1})]
    if wrong:
        raise RolesFileInvalid(f"{source}: {'; '.join(wrong)}")
    return parsed


def roles_schema() -> dict[str, Any]:
    """JSON Schema of the file: `tenants/roles.schema.json`."""
    schema = msgspec.json.schema(RolesFile)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Ovoz roles", **schema}


def _faults(role: RoleSpec, *, provider: bool) -> list[tuple[str, str]]:
    return faults(role.grants, provider=provider)
