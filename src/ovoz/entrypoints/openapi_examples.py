"""Examples for the API's document, put together from the schemas: the same each time, and right by construction."""

from typing import Any, Final

BY_FORMAT: Final = {
    "uuid": "01936a2b-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
    "date-time": "2026-11-25T08:15:00Z",
    "date": "2026-11-25",
    "uri-reference": "/problems/not-found",
}
_CURSOR: Final = (
    "WyItc3RhcnRlZF9hdCIsIjIwMjYtMTEtMjVUMDg6MTU6MDBaIiwiMDE5MzZhMmItN2MzZC03ZTRmLThhNWItNmM3ZDhlOWYwYTFiIl0"
)
BY_NAME: Final = {
    "address": "192.0.2.17",
    "channel": "voice",
    "code": "resolved",
    "current": "the present password of mine",
    "cursor": _CURSOR,
    "detail": "not one of the tenant's",
    "direction": "inbound",
    "disposition": "resolved",
    "email": "madina@somon.example",
    "end_reason": "caller_hung_up",
    "en": "Resolved",
    "entry_number": "+992446000100",
    "epoch": 7,
    "If-Match": '"3"',
    "If-Range": '"5f2b"',
    "kind": "talk",
    "limit": 30,
    "locale": "ru",
    "name": "Мадина Рахимова",
    "new": "четыре слова про весенний дождь",
    "next_cursor": _CURSOR,
    "note": "Подключена услуга, перезвонить не нужно.",
    "number": "+992900000101",
    "Range": "bytes=0-65535",
    "reason": "lunch",
    "ru": "Решено",
    "slug": "somon",
    "tg": "Ҳал шуд",
    "type": "calls.call_answered.v1",
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
}
"""What a reader expects of a field with such a name; everything else is `text`, `1` or made from its format."""
_DEEPEST: Final = 24


class Examples:
    """Makes a value that a schema allows; `schemas` are the document's components."""

    def __init__(self, schemas: dict[str, Any]) -> None:
        self._schemas = schemas

    def of(self, schema: dict[str, Any], name: str, depth: int = 0) -> Any:
        if depth > _DEEPEST:
            return None
        if "$ref" in schema:
            return self.of(self._schemas[schema["$ref"].rpartition("/")[2]], name, depth + 1)
        for key in ("example", "const", "default"):
            if schema.get(key) is not None:
                return schema[key]
        if schema.get("examples"):
            return schema["examples"][0]
        if schema.get("enum"):
            return schema["enum"][0]
        for key in ("oneOf", "anyOf", "allOf"):
            if key in schema:
                kinds = [kind for kind in schema[key] if kind.get("type") != "null"]
                rest = {word: value for word, value in schema.items() if word != key}
                return self.of(rest | kinds[0], name, depth + 1) if kinds else None
        return self._plain(schema, name, depth)

    def _plain(self, schema: dict[str, Any], name: str, depth: int) -> Any:
        match schema.get("type"):
            case "object":
                properties = schema.get("properties", {})
                return {key: self.of(part, key, depth + 1) for key, part in properties.items()}
            case "array":
                return (
                    [self.of(schema["items"], name.removesuffix("s"), depth + 1)] if "items" in schema else []
                )
            case "boolean":
                return False
            case "integer" | "number":
                known = BY_NAME.get(name)
                return known if isinstance(known, int) else int(schema.get("minimum", 1))
            case "string":
                known = BY_FORMAT.get(schema.get("format", "")) or BY_NAME.get(name)
                text = known if isinstance(known, str) else "text"
                return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength", 10_000)]
        return None
