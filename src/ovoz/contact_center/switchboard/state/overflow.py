"""Where the rules of a queue lead a caller: what is known of them, which rule is followed, and when to look again."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from ovoz.contact_center.routing.api import first_ring, holding, next_look
from ovoz.contact_center.routing.contracts import Overflow, Situation
from ovoz.contact_center.switchboard.state.call import Call
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.routing import candidate_of, terms_of
from ovoz.contact_center.switchboard.state.rules import QueueRules

CLOSED: Final = Overflow("closed", "goodbye")
"""What holds for a queue that says nothing of it."""
MOST_QUEUES: Final = 5
"""So many queues are left by rules at most before an agent has answered; none of them is entered again."""
AGAIN_S: Final = 15
"""A rule that holds and cannot be followed now (that queue is full, the database is away) is tried again after this."""


def situation(
    floor: Floor, now: datetime, call: Call, *, entering: bool, asked_only: bool = False
) -> Situation:
    """What the rules are held against. Who waits already is not sent away by those who came later, nor by the hour as
    long as somebody is there to answer. `asked_only`: agents are counted only where a rule of the queue asks for them.
    """
    queue = floor.queues[call.queue_id]
    counted = not asked_only or any(rule.when == "no_agents" for rule in queue.overflow)
    agents = _reached(floor, queue) if counted else 1
    open_ = queue.opening.at(now)
    if not entering:
        return Situation(_waited_s(call, now), None, None, agents, open_ or agents > 0)
    ahead = len([other for other in floor.waiting_in(queue.id) if other.id != call.id])
    estimate = floor.estimator(queue.id).estimate(now.timestamp(), ahead)
    known = estimate.wait_s if estimate is not None and estimate.error_s is not None else None
    return Situation(_waited_s(call, now), ahead + 1, known, agents, open_)


def rule_for(floor: Floor, now: datetime, call: Call, seen: Situation) -> Overflow | None:
    """The first rule of the call's queue that holds and can be followed."""
    rules = (*floor.queues[call.queue_id].overflow, CLOSED)
    return next((rule for rule in holding(rules, seen) if _possible(floor, now, call, rule)), None)


def says_goodbye(floor: Floor, now: datetime, call: Call) -> bool:
    """Whether who comes now would be let go."""
    rule = rule_for(floor, now, call, situation(floor, now, call, entering=True))
    return rule is not None and rule.then == "goodbye"


def comes_out(floor: Floor, now: datetime, call: Call) -> tuple[UUID, Overflow | None]:
    """Where who comes into the call's queue now would be when its rules have been followed: in the line of this queue,
    or led out of it by this rule (to a number, or a goodbye).
    """
    while True:
        seen = situation(floor, now, call, entering=True, asked_only=True)
        rule = rule_for(floor, now, call, seen)
        if rule is None or rule.then != "queue" or rule.to is None:
            return call.queue_id, rule
        led = replace(call.led, queues=(*call.led.queues, call.queue_id))
        call = replace(call, queue_id=UUID(rule.to), led=led)


def look_again_at(floor: Floor, now: datetime, call: Call, seen: Situation) -> datetime | None:
    """When the rules are to be looked at again, whatever happens or does not."""
    rules = floor.queues[call.queue_id].overflow
    later = next_look(rules, seen.waited_s)
    moments = [] if later is None else [(call.entered_at or now) + timedelta(seconds=later)]
    if any(True for _ in holding(rules, seen)):
        moments.append(now + timedelta(seconds=AGAIN_S))
    return min(moments, default=None)


def _waited_s(call: Call, now: datetime) -> float:
    return (now - call.entered_at).total_seconds() if call.entered_at is not None else 0.0


def _reached(floor: Floor, queue: QueueRules) -> int:
    rings = terms_of(queue).rings
    candidates = (candidate_of(agent) for agent in floor.agents.values() if agent.state != "offline")
    return sum(
        first_ring(rings, dict(candidate.skills), candidate.groups) is not None for candidate in candidates
    )


def _possible(floor: Floor, now: datetime, call: Call, rule: Overflow) -> bool:
    if rule.then == "goodbye":
        return True
    if rule.to is None:
        return False
    if rule.then == "number":
        own = any(entry.number == rule.to for entry in floor.entry_points.values())
        presented = floor.presented_number(call.queue_id)
        return floor.intents_allowed and presented is not None and not own and rule.to not in call.led.numbers
    queue = floor.queues.get(UUID(rule.to))
    return (
        queue is not None
        and not queue.archived
        and queue.opening.at(now)
        and queue.id != call.queue_id
        and queue.id not in call.led.queues
        and len(call.led.queues) < MOST_QUEUES
        and len(floor.waiting_in(queue.id)) < queue.max_length
    )
