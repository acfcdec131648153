"""Limits that msgspec holds input to and Litestar leaves out of its schemas.

Litestar reads the `Meta` of a field and not that of what stands inside: the elements of a list, the values of a
mapping, one kind of a union that has a description of its own. msgspec's own schema of the same struct has them.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

import msgspec

_LIMITS: Final = (
    *("minLength", "maxLength", "pattern", "minItems", "maxItems", "examples"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
)


def add_limits(schemas: dict[str, Any], structs: Iterable[type[msgspec.Struct]]) -> None:
    """Puts what is missing into the document's components.

    Of two structs with one name it is not known which of them a component is: they stay as they are.
    """
    known = [struct for struct in structs if struct.__name__ in schemas]
    times = Counter(struct.__name__ for struct in known)
    for struct in known:
        name = struct.__name__
        if times[name] > 1:
            continue
        _, said = msgspec.json.schema_components([struct])
        for field, schema in said[name].get("properties", {}).items():
            if field in schemas[name]["properties"]:
                _add(schemas[name]["properties"][field], schema)


def _add(schema: dict[str, Any], said: dict[str, Any]) -> None:
    said = _without_null(said, "anyOf")
    for word in _LIMITS:
        if word in said:
            schema.setdefault(word, said[word])
    inside = _without_null(schema, "oneOf")
    for word in ("items", "additionalProperties"):
        if isinstance(said.get(word), dict) and isinstance(inside.get(word), dict):
            _add(inside[word], said[word])


def _without_null(schema: dict[str, Any], union: str) -> dict[str, Any]:
    """The one kind that it is when it is not null."""
    kinds = [kind for kind in schema.get(union, ()) if kind.get("type") != "null"]
    return kinds[0] if len(kinds) == 1 else schema
