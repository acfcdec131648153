"""What the facts of the event log may say: each key, and whether something personal stands under it."""

from typing import Final, Literal

from ovoz.platform.privacy.contracts import Kind

_PUBLIC: Final = (
    *("after", "answered", "attempt", "before", "cause", "channel", "digit", "direction", "disposition"),
    *("error_s", "estimate_s", "minutes", "why", "routed"),
    *("decided_by", "lapses_after_s", "limit_s", "wish_id"),
    *("duration_ms", "entry_number", "error", "hidden", "hold_s", "interaction_id", "lasted_s", "node"),
    *("outcome", "party", "position", "queue", "reason", "recorded", "recording_id", "sip_call_id"),
    *(
        "size_bytes",
        "state",
        "talk_s",
        "target",
        "timed_out",
        "to_queue",
        "waited_s",
        "wrap_up_s",
        "presented",
    ),
)

FACT_KEYS: Final[dict[str, Kind | Literal["public"]]] = {
    **dict.fromkeys(_PUBLIC, "public"),
    "agent_name": "staff_name",
    "caller": "phone",
    "dialled": "phone",
    "note": "text",
}
"""A key that stands not here leaves neither for a timeline nor for RabbitMQ; docs/developer/events.md lists them."""

KEPT_KEYS: Final = frozenset({"known"})
"""Kept (sealed), and shown to nobody: days are played again by it."""
