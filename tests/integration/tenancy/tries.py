"""One call of a route with names in it, and whose name stands in which place of a path."""

import re
from typing import Any
from uuid import uuid4

import msgspec

OK: tuple[int, ...] = (200, 201, 202, 204)
Outcome = int | str
"""A status below 300, or a problem's slug."""


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """One call. `{team}` in it is the named operator's, `{own.team}` the caller's.

    `refused`: what a stranger gets with another operator's names; `own`: what an operator's own person gets.
    """

    refused: Outcome
    own: Outcome = 200
    path: str = ""
    """Another than the route's with `PATHS` filled in."""
    query: dict[str, str] = {}
    body: Any = None
    who: str = "everyone"
    """`everyone` has every role of an operator; `admin` sees masked numbers; `other` has no call, `supervisor` no desk;
    `guest` has a spare session, `visitor` none."""
    headers: dict[str, str] = {}
    shows: bool = True
    """Whether the own answer to a GET shows something that is the operator's alone."""

    def filled(self, route_path: str, names: dict[str, str], own: dict[str, str]) -> "Try":
        """With these names in all its places."""
        known = names | {f"own.{name}": value for name, value in own.items()} | {"nonce": uuid4().hex}
        path = self.path or re.sub(r"\{(\w+):\w+\}", lambda at: f"{{{PATHS[at[1]]}}}", route_path)
        return msgspec.structs.replace(
            self, path=_fill(path, known), query=_fill(self.query, known), body=_fill(self.body, known)
        )


def _fill(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"\{([a-z_.]+)\}", lambda at: known[at[1]], value)
    if isinstance(value, dict):
        return {_fill(key, known): _fill(inner, known) for key, inner in value.items()}
    return [_fill(inner, known) for inner in value] if isinstance(value, list) else value


PATHS = {
    "interaction_id": "interaction",
    "recording_id": "recording",
    "entry_id": "entry",
    "person_id": "person",
    "team_id": "team",
    "session_id": "session",
    "operation_id": "operation",
    "code": "role",
    "token": "invitation",
    "slug": "slug",
    "skill_id": "skill",
    "queue_id": "queue",
    "holiday_id": "holiday",
    "reason": "break_reason",
    "agent_id": "agent",
    "party_id": "agent",
}
"""Whose name stands in a path for a parameter of that name."""
