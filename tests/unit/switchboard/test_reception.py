"""What a queue would do with a caller who is passed on: what the desk shows is what the transfer does."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.shift import Shift, queue

from ovoz.contact_center.routing.contracts import Overflow
from ovoz.contact_center.switchboard.errors import TargetNotFree
from ovoz.contact_center.switchboard.state import transfers, view
from ovoz.contact_center.switchboard.state.floor import replace
from ovoz.contact_center.switchboard.state.opening import Opening
from ovoz.contact_center.switchboard.state.reception import Reception, reception
from ovoz.contact_center.switchboard.state.rules import EntryPoint, QueueRules
from ovoz.contact_center.switchboard.state.transfers import Destination

OUTSIDE = "+992900000555"
SHUT = Opening(open_before=False)
HOME, ONE, TWO = queue(1), queue(2), queue(3)


def leads(when: str, then: str = "goodbye", to: object = None, at_least: float | None = None) -> Overflow:
    said = str(to.id) if isinstance(to, QueueRules) else to
    return Overflow(when, then, at_least, said, 0)  # type: ignore[arg-type]


class Desk:
    """An agent who talks with a caller of HOME; others wait in the queues."""

    def __init__(self, *queues: QueueRules, waiting: tuple[int, ...] = (), night: bool = False) -> None:
        self.shift = Shift(HOME, *queues)
        line = EntryPoint(UUID(int=77), "+992446000100", "line", HOME.id)
        self.shift.floor.entry_points = {line.id: line}
        self.agent_id = self.shift.agent(HOME)
        self.call_id = self.shift.calls(HOME)
        self.shift.answers(self.call_id)
        if night:
            self.shift.agent(TWO, ready=False)
        # They waited before the queues were set as they are.
        self.shift.floor.change_queues([queue(2), queue(3)])
        for place in waiting:
            self.shift.calls(queue(place))
        self.shift.floor.change_queues(queues)

    @property
    def call(self) -> Any:
        return self.shift.floor.calls[self.call_id]

    @property
    def agent(self) -> Any:
        return self.shift.floor.agents[self.agent_id]

    def seen(self, of: QueueRules) -> Reception:
        floor = self.shift.floor
        return reception(floor, self.shift.now, self.call, floor.queues[of.id])

    def shown(self, of: QueueRules) -> tuple[Any, ...]:
        rows = view.targets(self.shift.floor, self.agent, self.shift.now)["queues"]
        return next((row["open"], row["refuses"], row["leads_to"]) for row in rows if row["id"] == str(of.id))

    def passes_on(self, to: QueueRules) -> None:
        transfers.transfer(
            self.shift.floor, self.shift.now, self.agent, self.call, Destination("queue", to.id)
        )


def test_the_desk_shows_what_is_closed_and_where_it_leads() -> None:
    desk = Desk(
        replace(ONE, opening=SHUT),
        replace(TWO, opening=SHUT, overflow=(leads("closed", "number", OUTSIDE),)),
    )
    assert desk.shown(HOME) == (True, None, None)
    assert desk.shown(ONE) == (False, "queue_closed", None)
    assert desk.shown(TWO) == (False, None, {"kind": "number", "name": OUTSIDE})
    desk = Desk(replace(ONE, opening=SHUT, overflow=(leads("closed", "queue", TWO),)), TWO)
    assert desk.shown(ONE) == (False, None, {"kind": "queue", "name": "q3"})


def test_where_rules_lead_one_after_the_other_the_last_queue_is_shown() -> None:
    again = leads("length", "queue", HOME, at_least=1)
    desk = Desk(
        replace(ONE, opening=SHUT, overflow=(leads("closed", "queue", TWO),)), replace(TWO, overflow=(again,))
    )
    assert desk.shown(ONE) == (False, None, {"kind": "queue", "name": "q1"})
    desk.passes_on(ONE)
    assert desk.call.queue_id == HOME.id
    # Where the last one would let them go, the first one refuses.
    desk = Desk(
        replace(ONE, opening=SHUT, overflow=(leads("closed", "queue", TWO),)),
        replace(TWO, overflow=(leads("no_agents"),)),
    )
    assert desk.shown(ONE) == (False, "queue_closed", None)


def test_a_full_queue_takes_nobody_unless_it_leads_on() -> None:
    assert Desk(replace(ONE, max_length=1), waiting=(2,)).shown(ONE) == (True, "queue_full", None)
    longer = leads("length", "queue", TWO, at_least=2)
    desk = Desk(replace(ONE, max_length=1, overflow=(longer,)), TWO, waiting=(2,))
    assert desk.shown(ONE) == (True, None, {"kind": "queue", "name": "q3"})
    desk.passes_on(ONE)
    assert desk.call.queue_id == TWO.id


def test_nobody_is_passed_on_to_an_open_queue_that_would_let_them_go() -> None:
    desk = Desk(replace(ONE, overflow=(leads("no_agents"),)))
    assert desk.shown(ONE) == (True, "queue_lets_go", None)
    before = desk.call
    with pytest.raises(TargetNotFree, match="would let the caller go") as refused:
        desk.passes_on(ONE)
    assert refused.value.members["state"] == "queue_lets_go"
    assert desk.call == before


def test_an_entry_point_is_passed_on_to_as_its_queue_is() -> None:
    shut = replace(ONE, opening=SHUT)
    desk = Desk(shut)
    line = EntryPoint(UUID(int=78), "+992446000101", "second", ONE.id)
    desk.shift.floor.entry_points[line.id] = line
    to = Destination("entry_point", line.id)

    def pass_on() -> None:
        transfers.transfer(desk.shift.floor, desk.shift.now, desk.agent, desk.call, to)

    with pytest.raises(TargetNotFree):
        pass_on()
    desk.shift.floor.change_queues([replace(shut, overflow=(leads("closed", "queue", HOME),))])
    pass_on()
    assert desk.call.queue_id == HOME.id


def test_nothing_is_said_of_queues_to_who_has_no_call_and_what_is_put_aside_is_not_shown() -> None:
    shut = replace(ONE, opening=SHUT)
    desk = Desk(shut, replace(TWO, archived=True), waiting=(3,))
    free = desk.shift.agent(HOME)
    rows = view.targets(desk.shift.floor, desk.shift.floor.agents[free], desk.shift.now)["queues"]
    assert [(row["name"], row["open"], row["refuses"]) for row in rows] == [
        ("q1", True, None),
        ("q2", False, None),
    ]


RULES = st.lists(
    st.builds(
        leads,
        st.sampled_from(["closed", "no_agents"]),
        st.sampled_from(["goodbye", "number"]),
        st.just(OUTSIDE),
    )
    | st.builds(
        leads,
        st.sampled_from(["closed", "no_agents", "length"]),
        st.just("queue"),
        st.sampled_from([HOME, ONE, TWO]),
        at_least=st.sampled_from([1, 2]),
    ),
    max_size=3,
).map(tuple)


def queues(number: int) -> st.SearchStrategy[QueueRules]:
    return st.builds(
        lambda open_, rules, most: queue(
            number, opening=Opening(open_before=open_), overflow=rules, max_length=most
        ),
        st.booleans(),
        RULES,
        st.sampled_from([1, 50]),
    )


@given(queues(2), queues(3), st.lists(st.sampled_from([2, 3]), max_size=2), st.booleans())
def test_the_transfer_does_what_was_shown(
    one: QueueRules, two: QueueRules, waiting: list[int], night: bool
) -> None:
    desk = Desk(one, two, waiting=tuple(waiting), night=night)
    seen = desk.seen(one)
    before = desk.call
    if seen.refused is not None:
        with pytest.raises(TargetNotFree) as refused:
            desk.passes_on(one)
        assert refused.value.members["state"] == seen.refused
        assert desk.call == before
        return
    desk.passes_on(one)
    after = desk.call
    if seen.to_number is not None:
        assert (after.phase, desk.shift.floor.intents_allowed) == ("dialling", True)
    else:
        assert after.queue_id == (seen.to_queue or one.id)
        assert after.phase == "queued"
