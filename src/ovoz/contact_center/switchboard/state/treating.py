"""Treating a caller by the operator's rules: when the call comes into a queue, and when something is learnt since."""

from datetime import datetime
from typing import Any

import msgspec

from ovoz.contact_center.callers.contracts import OnRecord, Unknown
from ovoz.contact_center.routing.api import servable, treat
from ovoz.contact_center.switchboard.state.call import Call
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.overflow import says_goodbye
from ovoz.contact_center.switchboard.state.routing import Routing, candidate_of, routed, terms_of


def treat_caller(floor: Floor, now: datetime, call: Call) -> Call:
    """The call as the rules have it.

    They lead into another queue only who comes from outside: whom a colleague or an overflow sent here stays here.
    A queue that is full, or would let them go (closed), is led to by no rule.
    """
    routing = floor.routing
    passed = call.passed is not None
    treatment = treat(
        routing.rules,
        call.known.profile if call.known else None,
        call.entry_number,
        call.known.last_agent if call.known and not passed else None,
        _unknown(floor, call),
    )
    if treatment.queue is not None and call.entered_at is None and not passed:
        queue = floor.queues.get(routing.queues.get(treatment.queue, call.queue_id))
        if (
            queue is not None
            and not queue.archived
            and not says_goodbye(floor, now, replace(call, queue_id=queue.id))
            and len(floor.waiting_in(queue.id)) < queue.max_length
        ):
            call = replace(call, queue_id=queue.id)
    if treatment.needs or treatment.preferred:
        agents = [
            msgspec.structs.replace(one, available=one.available and agent.state != "offline")
            for agent in floor.agents.values()
            for one in (candidate_of(agent),)
        ]
        treatment = servable(terms_of(floor.queues[call.queue_id]), treatment, agents)
    return replace(call, treatment=treatment if treatment.says_something else None)


def may_be_led(floor: Floor, now: datetime, call: Call) -> bool:
    """Whether a rule leads who has just called to another queue, or could once it is known who that is."""
    if call.recognise_until is not None:
        return any(rule.then.queue is not None for rule in floor.routing.rules.rules)
    return treat_caller(floor, now, call).queue_id != call.queue_id


def _unknown(floor: Floor, call: Call) -> Unknown | None:
    """Why what depends on the caller is left out, where rules ask for it."""
    if call.recognition in ("none", "done") or not floor.routing.rules.asks_for_caller:
        return None
    return "late" if call.recognition == "asked" else "unavailable"


def on_record(floor: Floor, call: Call) -> dict[str, Any]:
    """What is kept of how the caller came into their first queue, for days that are played again."""
    entry = floor.entry_points.get(call.entry_point_id) if call.entry_point_id is not None else None
    codes = {id_: code for code, id_ in floor.routing.queues.items()}
    kept: dict[str, Any] = msgspec.to_builtins(
        OnRecord(
            codes.get(entry.queue_id) if entry is not None else None,
            call.treatment.queue if call.treatment is not None else None,
            call.known.profile if call.known is not None else None,
            call.known.last_agent if call.known is not None else None,
        )
    )
    return kept


def treat_anew(floor: Floor, now: datetime, call: Call) -> None:
    """A caller who waits already is treated by what is known now; the queue stays, and so does the place in it."""
    after = treat_caller(floor, now, call)
    if after.treatment != call.treatment:
        after = floor.tell("calls.treatment_changed.v1", now, after, routed=routed(after))
    floor.put_call(after)


def change_rules(floor: Floor, now: datetime, routing: Routing) -> None:
    """New rules hold at once, for those who wait already too."""
    if routing == floor.routing:
        return
    floor.routing = routing
    for call in list(floor.calls.values()):
        if call.phase == "queued":
            treat_anew(floor, now, call)
    floor.match(now)
