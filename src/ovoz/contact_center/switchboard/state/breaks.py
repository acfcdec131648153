"""Breaks: their limits, how many may be on one at the same time, and wishes that wait for a supervisor."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from ovoz.contact_center.switchboard.errors import BreakFull, NotPossibleNow
from ovoz.contact_center.switchboard.state.agent import BUSY, Agent, BreakWish, NextState
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.rules import BreakRules


class Places(msgspec.Struct, frozen=True):
    """Who holds a place on a break that not everybody may be on at once."""

    taken: int
    """On it now, or after the call they are in."""
    first_back: Agent | None
    """Who comes back first of those who are on it."""


def change_breaks(floor: Floor, now: datetime, breaks: Iterable[BreakRules]) -> None:
    """New rules, for breaks that begin from now on; a wish for what is no more is over."""
    floor.breaks = {rules.code: rules for rules in breaks}
    for agent in list(floor.agents.values()):
        if agent.wish is not None and not _offered(floor, agent.wish.reason):
            floor.put_agent(floor.wish_over(agent, now, "reason_archived"))


def needs_answer(floor: Floor, now: datetime, agent: Agent, reason: str | None) -> bool:
    """Whether this break must be asked for first. Raises NotPossibleNow, BreakFull."""
    if not reason:
        raise NotPossibleNow("A break needs a reason.", state=agent.state)
    if not _offered(floor, reason):
        raise NotPossibleNow(f"There is no break {reason!r} (any more).", state=agent.state)
    if (agent.state, agent.reason) == ("break", reason):
        return False
    answer = agent.answer
    approved = answer is not None and (answer.reason, answer.outcome) == (reason, "approved")
    if floor.breaks[reason].needs_approval and not approved:
        if agent.state == "offline":
            raise NotPossibleNow("Sign in to the shift before you ask for a break.", state=agent.state)
        return True
    _check_place(floor, now, agent, reason)
    return False


def places(floor: Floor, reason: str, *, beside: UUID | None = None) -> Places:
    """Places that are taken by others than `beside`."""
    on_it = [
        agent
        for agent in floor.agents.values()
        if agent.id != beside and (agent.state, agent.reason) == ("break", reason)
    ]
    later = [
        agent
        for agent in floor.agents.values()
        if agent.id != beside
        and agent not in on_it
        and agent.next is not None
        and (agent.next.state, agent.next.reason) == ("break", reason)
    ]
    first = min(on_it, key=lambda agent: (agent.break_until or _never(agent), agent.since), default=None)
    return Places(len(on_it) + len(later), first)


def ask(floor: Floor, now: datetime, agent: Agent, reason: str) -> None:
    """The wish stands until somebody decides, or nobody did; another reason takes its place. The state stays."""
    if agent.wish is not None:
        if agent.wish.reason == reason:
            return
        agent = floor.wish_over(agent, now, "withdrawn")
    until = now + timedelta(seconds=floor.limits.break_wish_s)
    wish = BreakWish(floor.new_id(), reason, now, until)
    said = floor.say(
        "agents.break_wished.v1",
        now,
        agent=replace(agent, wish=wish, answer=None),
        wish_id=str(wish.id),
        reason=reason,
        lapses_after_s=floor.limits.break_wish_s,
    )
    assert isinstance(said, Agent)
    floor.put_agent(said)


def withdraw(floor: Floor, now: datetime, agent: Agent) -> None:
    """The agent does not want it any more; raises NotPossibleNow when it was decided meanwhile."""
    if agent.wish is None:
        raise NotPossibleNow("You have no open request for a break.", state=agent.state)
    floor.put_agent(replace(floor.wish_over(agent, now, "withdrawn"), answer=None))


def decide(
    floor: Floor,
    now: datetime,
    agent: Agent,
    wish_id: UUID,
    *,
    approved: bool,
    note: str,
    by: UUID,
    by_name: str,
) -> None:
    """A supervisor's word; approved during a call the break follows the call. Raises NotPossibleNow, BreakFull."""
    wish = agent.wish
    if wish is None or wish.id != wish_id:
        raise NotPossibleNow(
            "This request is over: it was withdrawn, decided, or it lapsed.", state=agent.state
        )
    if approved:
        _check_place(floor, now, agent, wish.reason)
    agent = floor.wish_over(
        agent, now, "approved" if approved else "denied", note=note, by=by, by_name=by_name
    )
    if not approved:
        floor.put_agent(agent)
    elif agent.state not in BUSY:
        floor.move_agent(agent, now, "break", wish.reason, next=None)
    elif agent.next is not None and agent.next.state == "offline":
        # Who goes home after this call does not want to be kept here by a break.
        floor.put_agent(agent)
    else:
        asked = replace(agent, next=NextState("break", wish.reason))
        told = floor.say("agents.next_state_chosen.v1", now, agent=asked, state="break", reason=wish.reason)
        assert isinstance(told, Agent)
        floor.put_agent(told)


def agent_due(floor: Floor, now: datetime, agent: Agent) -> None:
    """A wish that nobody answered lapses; a break over its limit is said once."""
    if agent.wish is not None and agent.wish.until <= now:
        agent = floor.wish_over(agent, now, "lapsed")
        floor.put_agent(agent)
    if agent.break_until is not None and agent.break_until <= now and not agent.break_over:
        said = floor.say(
            "agents.break_over_limit.v1",
            now,
            agent=replace(agent, break_over=True),
            reason=agent.reason,
            limit_s=round((agent.break_until - agent.since).total_seconds()),
        )
        assert isinstance(said, Agent)
        floor.put_agent(said)


def _offered(floor: Floor, reason: str) -> bool:
    rules = floor.breaks.get(reason)
    return rules is not None and not rules.archived


def _check_place(floor: Floor, now: datetime, agent: Agent, reason: str) -> None:
    at_once = floor.breaks[reason].at_once
    if at_once is None:
        return
    held = places(floor, reason, beside=agent.id)
    if held.taken < at_once:
        return
    back = held.first_back.break_until if held.first_back is not None else None
    raise BreakFull(
        f"{at_once} may be on this break at the same time.",
        reason=reason,
        at_once=at_once,
        back_in_s=max(0, round((back - now).total_seconds())) if back is not None else None,
    )


def _never(agent: Agent) -> datetime:
    return datetime.max.replace(tzinfo=agent.since.tzinfo)
