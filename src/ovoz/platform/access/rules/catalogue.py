"""Which conditions each right can be given with: a condition that nothing asks would be a lie."""

from typing import Final, get_args

from ovoz.platform.access.contracts import ConditionName, Conditions, Grant, Right, Whose

_ALWAYS: Final[tuple[ConditionName, ...]] = ()
_HOURS: Final[tuple[ConditionName, ...]] = ("hours",)
_CONTACTS: Final[tuple[ConditionName, ...]] = ("whose", "regions", "outsourced", "corporate", "hours")
_PEOPLE: Final[tuple[ConditionName, ...]] = ("whose", "regions", "outsourced", "hours")

CATALOGUE: Final[dict[Right, tuple[ConditionName, ...]]] = {
    "session.use": _ALWAYS,
    "desk.use": _HOURS,
    "calls.control": _HOURS,
    "calls.dial": _HOURS,
    "interactions.read": _CONTACTS,
    "interactions.find": _HOURS,
    "returns.work": _CONTACTS,
    "recordings.listen": _CONTACTS,
    "recordings.download": _CONTACTS,
    "settings.read": _HOURS,
    "queues.manage": _HOURS,
    "skills.manage": _PEOPLE,
    "breaks.manage": _HOURS,
    "breaks.decide": _PEOPLE,
    "team.watch": _PEOPLE,
    "people.read": _PEOPLE,
    "people.manage": _HOURS,
    "roles.read": _HOURS,
    "roles.manage": _HOURS,
    "audit.read": _HOURS,
    "audit.export": _HOURS,
    "personal.reveal": _HOURS,
    "tenants.read": _HOURS,
    "tenants.manage": _HOURS,
}
PROVIDER_RIGHTS: Final[frozenset[Right]] = frozenset({"tenants.read", "tenants.manage"})
"""No role of a tenant can have these."""
_OF_PEOPLE: Final[frozenset[Right]] = frozenset(
    {"people.read", "skills.manage", "breaks.decide", "team.watch"}
)
WHOSE: Final[dict[Right, tuple[Whose, ...]]] = {
    right: ("own", "team", "all") if right in _OF_PEOPLE else get_args(Whose)
    for right, conditions in CATALOGUE.items()
    if "whose" in conditions
}
"""Rights with a scope: a person has no queue, so people are seen by team."""


def named(conditions: Conditions) -> tuple[ConditionName, ...]:
    """The conditions that say something."""
    found: list[ConditionName] = []
    if conditions.whose != "all":
        found.append("whose")
    if conditions.regions is not None:
        found.append("regions")
    if conditions.outsourced is not None:
        found.append("outsourced")
    if conditions.corporate is not None:
        found.append("corporate")
    if conditions.hours is not None:
        found.append("hours")
    return tuple(found)


def faults(grants: list[Grant], *, provider: bool = False) -> list[tuple[str, str]]:
    """What is wrong with a role's grants: (JSON pointer into the list, what would be right)."""
    found: list[tuple[str, str]] = []
    for place, grant in enumerate(grants):
        at, can = f"/{place}", CATALOGUE[grant.right]
        if grant.right in PROVIDER_RIGHTS and not provider:
            found.append((f"{at}/right", f"{grant.right} is for the provider's staff only"))
        for name in named(grant.conditions):
            if name not in can:
                known = ", ".join(can) or "none"
                found.append((f"{at}/conditions/{name}", f"{grant.right} can have: {known}"))
        if "whose" in can and grant.conditions.whose not in WHOSE[grant.right]:
            known = ", ".join(WHOSE[grant.right])
            found.append((f"{at}/conditions/whose", f"{grant.right} can be for: {known}"))
        hours = grant.conditions.hours
        if hours is not None and hours.from_ == hours.until:
            found.append((f"{at}/conditions/hours", "begins and ends at the same minute: leave it out"))
        if grant in grants[:place]:
            found.append((at, "stands there twice"))
    return found
