"""With what a call may end: the queue it was taken from says so, and nothing is kept that it does not allow."""

from uuid import UUID

import pytest
from tests.support.shift import Shift, queue

from ovoz.contact_center.switchboard.errors import DispositionNotAllowed
from ovoz.contact_center.switchboard.state import conversation, transfers, view
from ovoz.contact_center.switchboard.state.transfers import Destination

SUPPORT = queue(1, dispositions=("resolved", "escalated"))
SALES = queue(2, dispositions=("sold",))


def wraps_up(shift: Shift, agent: UUID, call: UUID, disposition: str | None) -> None:
    conversation.finish_wrap_up(
        shift.floor,
        shift.now,
        shift.floor.agents[agent],
        shift.floor.calls[call],
        disposition=disposition,
        note="kept",
        next_state=None,
    )


def shown(shift: Shift, agent: UUID) -> list[str]:
    desk = view.desk(shift.floor, shift.floor.agents[agent], epoch=1, seq=1, now=shift.now, media=None)
    return list(desk["interaction"]["dispositions"])


def test_another_outcome_is_refused_with_what_would_be_right() -> None:
    shift = Shift(SUPPORT)
    agent = shift.agent(SUPPORT)
    call = shift.calls(SUPPORT)
    shift.answers(call)
    conversation.caller_left(shift.floor, shift.now, f"caller-{call.int}", 16)
    assert shown(shift, agent) == ["resolved", "escalated"]
    before = (dict(shift.floor.calls), dict(shift.floor.agents))
    with pytest.raises(DispositionNotAllowed) as refused:
        wraps_up(shift, agent, call, "sold")
    assert refused.value.members["errors"] == [
        {"pointer": "/disposition", "detail": "one of resolved, escalated"}
    ]
    assert (shift.floor.calls, shift.floor.agents) == before, "nothing half done"
    wraps_up(shift, agent, call, "escalated")
    assert shift.floor.calls[call].disposition == "escalated"


def test_time_that_runs_out_needs_no_outcome() -> None:
    shift = Shift(SUPPORT)
    agent = shift.agent(SUPPORT)
    call = shift.calls(SUPPORT)
    shift.answers(call)
    conversation.caller_left(shift.floor, shift.now, f"caller-{call.int}", 16)
    shift.passes(SUPPORT.wrap_up_s)
    assert shift.floor.calls[call].phase == "closed"
    assert shift.floor.agents[agent].state == "ready"


def test_a_queue_that_says_nothing_allows_all() -> None:
    plain = queue(1)
    shift = Shift(plain)
    agent = shift.agent(plain)
    call = shift.calls(plain)
    shift.answers(call)
    conversation.caller_left(shift.floor, shift.now, f"caller-{call.int}", 16)
    assert shown(shift, agent) == []
    wraps_up(shift, agent, call, "anything")


def test_each_agent_ends_their_share_as_the_queue_has_it_that_they_took_it_from() -> None:
    """The caller is in another queue by then."""
    shift = Shift(SUPPORT, SALES)
    first, second = shift.agent(SUPPORT), shift.agent(SALES)
    call = shift.calls(SUPPORT)
    shift.answers(call)
    transfers.transfer(
        shift.floor,
        shift.now,
        shift.floor.agents[first],
        shift.floor.calls[call],
        Destination("queue", SALES.id),
    )
    shift.answers(call)
    assert (shown(shift, first), shown(shift, second)) == (["resolved", "escalated"], ["sold"])
    with pytest.raises(DispositionNotAllowed):
        wraps_up(shift, first, call, "sold")
    wraps_up(shift, first, call, "resolved")
    conversation.caller_left(shift.floor, shift.now, f"caller-{call.int}", 16)
    wraps_up(shift, second, call, "sold")
    assert shift.floor.calls[call].disposition == "sold"
