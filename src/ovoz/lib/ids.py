"""Identifiers: UUIDv7 for rows and facts, twelve lower-case characters for tenants."""

import secrets
import string
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7: unique, and ordered by the time it was made (RFC 9562)."""
    return uuid7()


def new_tenant_id() -> str:
    """Immutable id of a tenant: a letter and eleven letters or digits, so that `t_<id>` is a plain SQL name."""
    alphabet = string.ascii_lowercase + string.digits
    return secrets.choice(string.ascii_lowercase) + "".join(secrets.choice(alphabet) for _ in range(11))
