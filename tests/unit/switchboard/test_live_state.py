"""What a predecessor has stored of calls and agents must be read by the release after it, in the middle of a call."""

import json
from pathlib import Path

import pytest
from msgspec import inspect

from ovoz.contact_center.switchboard.state.agent import Agent
from ovoz.contact_center.switchboard.state.call import Call

KNOWN = json.loads((Path(__file__).parents[2] / "data" / "live_state.json").read_text())
"""By struct: the fields that have always been there. What is new needs a default; this list only grows with structs."""


def _structs(of: inspect.Type, found: dict[str, inspect.StructType]) -> None:
    if isinstance(of, inspect.StructType):
        if of.cls.__name__ not in found:
            found[of.cls.__name__] = of
            for field in of.fields:
                _structs(field.type, found)
        return
    for name in getattr(of, "__struct_fields__", ()):
        inner = getattr(of, name)
        for one in inner if isinstance(inner, tuple) else (inner,):
            if isinstance(one, inspect.Type):
                _structs(one, found)


STORED: dict[str, inspect.StructType] = {}
for _kind in (Call, Agent):
    _structs(inspect.type_info(_kind), STORED)


@pytest.mark.parametrize("name", sorted(STORED))
def test_what_is_new_has_a_default(name: str) -> None:
    required = {field.name for field in STORED[name].fields if field.required}
    assert required <= set(KNOWN.get(name, required)), (
        "a predecessor's state does not have it: give it a default"
    )
    assert name in KNOWN, f"add {name} with {sorted(required)} to tests/data/live_state.json"


def test_everything_stored_is_looked_at() -> None:
    assert {"Call", "Agent", "Handling", "Guest", "Reason", "Segment", "Leg"} <= set(STORED)
