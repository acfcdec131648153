"""Structured logs: one JSON object a line, constant messages, values under keys; `pii.` keys are dropped.

What has the shape of a phone number or an e-mail address is masked wherever it stands, libraries' tracebacks included:
a second net, for what should not have been logged.
"""

import json
import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from ovoz.lib.contacts import mask_contacts

PERSONAL_PREFIX = "pii."
_OBEYED = re.compile(r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""C1 controls (0x9b begins an escape sequence), line separators, and what turns the direction of writing."""


def drop_personal_data(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Removes every key that begins with `pii.`: who needs them reads the database, with rights and an audit."""
    return {key: value for key, value in event.items() if not key.startswith(PERSONAL_PREFIX)}


def mask_personal_shapes(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Masks every text of a log line; the last step before it is written."""
    return {key: _masked(value) for key, value in event.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_contacts(value)
    if isinstance(value, dict):
        return {_masked(key): _masked(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(part) for part in value]
    return value if value is None or isinstance(value, bool | int | float) else mask_contacts(repr(value))


def _one_line(event: Any, **how: Any) -> str:
    """JSON in which letters stay letters; what a terminal obeys, or takes for the end of a line, is escaped."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(event, ensure_ascii=False, **how))


def configure_logging(process: str, level: int = logging.INFO) -> None:
    """Sends our logs and those of libraries to standard output, in one shape."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        drop_personal_data,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                mask_personal_shapes,
                structlog.processors.JSONRenderer(serializer=_one_line),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("uvicorn.access", "aiormq", "aio_pika", "saq"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(process=process)
