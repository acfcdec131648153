"""How routes say what holds for them, and what limits there are."""

from typing import Final

import msgspec

KEEPS_ANSWER: Final = "keeps_answer"
"""`opt` of a route that creates: with an `Idempotency-Key` it acts once, and its answer is given again for a day."""
NEEDS_MATCH: Final = "needs_match"
"""`opt` of a route that changes what two people may edit: its service calls `lib.versions.check_version`."""
PROBLEMS: Final = "problems"
"""`opt` of a route: the kinds of problem (classes) that it can answer beside those that every route can."""

LINKS: Final = "links"
"""`opt` of a route: the operations (`LinkTo`) that an id in its answer leads to."""


class LinkTo(msgspec.Struct, frozen=True):
    """A link of the API's document; `parameters` are runtime expressions (OpenAPI 3.1, section 4.8.20)."""

    operation_id: str
    parameters: dict[str, str]
    description: str = ""


class Policy(msgspec.Struct, frozen=True):
    """At most `quota` requests at once, and as many again in each `window_s`, evenly."""

    name: str
    quota: int
    window_s: int


class Standing(msgspec.Struct, frozen=True):
    """How a policy stands after a request: `remaining` now, all of it again in `full_in_s`.

    `wait_s` is 0 for a request that passed, else when to try again.
    """

    policy: Policy
    remaining: int
    full_in_s: float
    wait_s: float = 0
