"""One entry has one form in bytes, whoever writes it down: what leaves are computed of.

JSON without spaces, in UTF-8, the members of every object ordered by code points, times in UTC with six digits; null
stands where there is nothing. `form` is the version of these rules.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ovoz.platform.audit.contracts import ENCRYPTED, Entry

FORM = 1


def canonical_entry(entry: Entry) -> bytes:
    """The bytes that an entry's leaf is computed of."""
    return canonical(
        {
            "form": FORM,
            "position": entry.position,
            "id": entry.id,
            "at": entry.at,
            "act": entry.act,
            "actor": {"kind": entry.actor_kind, "id": entry.actor_id, "name": entry.actor_name},
            "session_id": entry.session_id,
            "address": entry.address,
            "subject": {"kind": entry.subject_kind, "id": entry.subject_id},
            "reason": entry.reason,
            "before": entry.before,
            "after": entry.after,
        }
    )


def canonical(value: Any) -> bytes:
    """Canonical JSON; numbers with a fraction must be Decimals, which keep their digits. Raises TypeError."""
    return _text(value).encode()


def parse_values(raw: str | None) -> Any:
    """`before` and `after` as they are stored, for the canonical form."""
    return None if raw is None else json.loads(raw, parse_float=Decimal)


def reserved_member(value: Any) -> str | None:
    """A member that begins with `$` and is not an encrypted value on its own: such names are reserved."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name.startswith("$") and not (name == ENCRYPTED and len(value) == 1):
                return str(name)
            if (found := reserved_member(inner)) is not None:
                return found
    elif isinstance(value, list | tuple):
        return next((found for inner in value if (found := reserved_member(inner)) is not None), None)
    return None


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, UUID):
        return f'"{value}"'
    if isinstance(value, datetime):
        return f'"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")}Z"'
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_text, value))}]"
    if isinstance(value, dict):
        members = (f"{json.dumps(name, ensure_ascii=False)}:{_text(value[name])}" for name in sorted(value))
        return f"{{{','.join(members)}}}"
    raise TypeError(f"{type(value).__name__} has no canonical form")
