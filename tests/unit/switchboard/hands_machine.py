"""The floor machine's further hands on a call: calls that agents make, who is asked aside, and who must hear whom."""

import contextlib
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from tests.unit.switchboard.break_machine import BreakMachine

from ovoz.contact_center.switchboard.errors import (
    NotPossibleNow,
    PhoneNotRegistered,
    TargetNotFree,
    TargetUnknown,
)
from ovoz.contact_center.switchboard.state import (
    consulting,
    conversation,
    outgoing,
    presence,
    recordings,
    transfers,
)
from ovoz.contact_center.switchboard.state.call import CONVERSING
from ovoz.contact_center.switchboard.state.transfers import Destination

NODE = "node-1"


class HandsMachine(BreakMachine):
    """A part of the floor machine, which has the media node."""

    up: dict[str, bool]
    bridges: dict[str, set[str]]
    hears: dict[str, str]
    queue_ids: list[UUID]

    def caller_arrives(self, queue: int, greeting: bool, asked: bool) -> None:
        raise NotImplementedError

    @rule(caller=st.booleans())
    def it_goes_well(self, caller: bool) -> None:
        """Phones are there, whoever has nothing to do is ready, who is called answers: else few runs get far."""
        for agent in list(self.floor.agents.values()):
            presence.phone_registered(self.floor, self.now, agent.endpoint)
            self.commit()
            if self.floor.agents[agent.id].state in ("offline", "break", "not_answering"):
                presence.choose_state(self.floor, self.now, self.floor.agents[agent.id], "ready")
                self.commit()
        if caller:
            self.caller_arrives(0, False, False)
        for leg in [leg for leg, up in self.up.items() if not up]:
            self.up[leg] = True
            conversation.leg_answered(self.floor, self.now, leg)
            self.commit()

    @rule(
        which=st.integers(0, 9),
        kind=st.sampled_from(["agent", "agent", "queue", "entry_point", "number"]),
        to_whom=st.integers(0, 9),
    )
    def agent_passes_on(self, which: int, kind: transfers.TargetKind, to_whom: int) -> None:
        agent = self.floor.agents[self.agent_ids[which % len(self.agent_ids)]]
        call = self.floor.calls.get(agent.call_id) if agent.call_id else None
        if call is None:
            return
        ids = {
            "agent": self.agent_ids[to_whom % len(self.agent_ids)],
            "queue": self.queue_ids[to_whom % len(self.queue_ids)],
            "entry_point": next(iter(self.floor.entry_points)),
            "number": None,
        }
        to = Destination(kind, ids[kind], "+992900000001" if kind == "number" else None)
        before = (dict(self.floor.calls), dict(self.floor.agents))
        try:
            transfers.transfer(self.floor, self.now, agent, call, to)
        except (NotPossibleNow, TargetNotFree, TargetUnknown):
            assert (self.floor.calls, self.floor.agents) == before, "nothing half done"
        else:
            assert not self.floor.agents[agent.id].assignable
        self.commit()

    @rule(which=st.integers(0, 9), whom=st.integers(-9, 9))
    def agent_calls(self, which: int, whom: int) -> None:
        agent = self.floor.agents[self.agent_ids[which % len(self.agent_ids)]]
        before = (dict(self.floor.calls), dict(self.floor.agents))
        made = {"interaction_id": self._id(), "node": NODE}
        try:
            if whom < 0:
                outgoing.call_number(self.floor, self.now, agent, "+992900000001", **made)
            else:
                target = self.agent_ids[whom % len(self.agent_ids)]
                outgoing.call_colleague(self.floor, self.now, agent, target, **made)
        except (NotPossibleNow, PhoneNotRegistered, TargetNotFree):
            assert (self.floor.calls, self.floor.agents) == before, "nothing half done"
        self.commit()

    @rule(which=st.integers(0, 9), kind=st.sampled_from(["agent", "queue", "number"]), whom=st.integers(0, 9))
    def agent_asks_somebody(self, which: int, kind: transfers.TargetKind, whom: int) -> None:
        agent = self.floor.agents[self.agent_ids[which % len(self.agent_ids)]]
        call = self.floor.calls.get(agent.call_id) if agent.call_id else None
        if call is None:
            return
        ids = {
            "agent": self.agent_ids[whom % len(self.agent_ids)],
            "queue": self.queue_ids[whom % len(self.queue_ids)],
            "number": None,
        }
        to = Destination(kind, ids[kind], "+992900000001" if kind == "number" else None)
        before = (dict(self.floor.calls), dict(self.floor.agents))
        try:
            consulting.consult(self.floor, self.now, agent, call, to)
        except (NotPossibleNow, TargetNotFree, TargetUnknown):
            assert (self.floor.calls, self.floor.agents) == before, "nothing half done"
        self.commit()

    @rule(outside=st.booleans())
    def somebody_is_there_aside(self, outside: bool) -> None:
        """Who speaks with a caller asks somebody, who answers: else few runs get to what comes then."""
        self.it_goes_well(caller=True)
        for which, agent_id in enumerate(self.agent_ids):
            agent = self.floor.agents[agent_id]
            call = self.floor.calls.get(agent.call_id) if agent.call_id else None
            if call is not None and call.agent_id == agent.id and call.phase == "talking":
                self.agent_asks_somebody(which, "number" if outside else "queue", 0)
                self.it_goes_well(caller=False)
                return

    @rule(
        which=st.integers(0, 9),
        verb=st.sampled_from(["swap", "swap", "join", "join", "complete", "come_back", "remove"]),
    )
    def agent_goes_on_with_who_was_asked(self, which: int, verb: str) -> None:
        agent = self.floor.agents[self.agent_ids[which % len(self.agent_ids)]]
        call = self.floor.calls.get(agent.call_id) if agent.call_id else None
        if call is None:
            return
        try:
            if verb == "remove":
                consulting.remove(
                    self.floor, self.now, agent, call, call.guests[-1].id if call.guests else call.id
                )
            else:
                getattr(consulting, verb)(self.floor, self.now, agent, call)
        except (NotPossibleNow, TargetUnknown):
            pass
        self.commit()

    @rule(which=st.integers(0, 9), verb=st.sampled_from(["pause_recording", "resume_recording"]))
    def a_card_is_read_out(self, which: int, verb: str) -> None:
        agent = self.floor.agents[self.agent_ids[which % len(self.agent_ids)]]
        call = self.floor.calls.get(agent.call_id) if agent.call_id else None
        if call is None:
            return
        with contextlib.suppress(NotPossibleNow):
            getattr(recordings, verb)(self.floor, self.now, agent, call)
        self.commit()

    @invariant()
    def no_card_is_recorded(self) -> None:
        for call in self.shown().calls.values():
            if call.paused_until is not None:
                assert call.recording == "paused"
                assert call.phase in CONVERSING
            if any(guest.agent_id is None and guest.joined for guest in call.guests):
                assert call.recording != "on", "who is outside was not told"

    @invariant()
    def everybody_hears_whom_they_should(self) -> None:
        for call in self.shown().calls.values():
            main, side = self.bridges.get(call.bridge_id, set()), self.bridges.get(call.side_bridge_id, set())
            if call.phase in CONVERSING and call.agent_leg is not None and self.up.get(call.agent_leg):
                assert call.rejoin_until is None, "who is back has no grace to run out"
            joined = {guest.leg for guest in call.joined if guest.here}
            asked, music = call.consulted, {leg for leg, what in self.hears.items() if what == "StartMusic"}
            here = {call.caller_channel} if call.direction != "internal" else set()
            if call.phase == "outside":
                assert main == {*here, call.outside_leg} | joined
            elif call.phase == "calling":
                assert not main
                assert call.agent_leg is None or (
                    (self.hears.get(call.agent_leg) == "StartRinging") == (call.rejoin_until is None)
                )
            elif call.phase in CONVERSING:
                line = call.agent_leg if call.rejoin_until is None else None
                if call.aside:
                    assert asked is not None, "one is turned to nobody"
                    assert line not in main
                    assert side == ({line, asked.leg} if line and asked.here else set())
                    if line is not None:
                        assert (self.hears.get(line) == "StartRinging") == (asked.state != "talking")
                elif line is not None:
                    assert line in main
                    assert call.direction == "internal" or (call.phase == "held") == (
                        call.caller_channel not in main
                    )
                assert joined <= main
                if asked is not None:
                    assert asked.leg not in main, "the caller hears nobody who was not joined"
                    assert (asked.leg in music) == (asked.here and asked.leg not in side)
                if call.direction == "internal":
                    assert call.caller_channel not in main | music
                    continue
                # The caller is with somebody or hears music, never alone in silence.
                assert (call.caller_channel in music) == (call.caller_channel not in main)
                assert call.caller_channel not in main or len(main) > 1
            elif call.phase != "closed":
                assert call.caller_channel not in main
