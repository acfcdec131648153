"""What must always hold of a floor and its media node, whatever happens to them."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from hypothesis.stateful import invariant

from ovoz.contact_center.switchboard.state.call import CONVERSING, WITH_AGENT
from ovoz.contact_center.switchboard.state.facts import Fact
from ovoz.contact_center.switchboard.state.floor import Floor


class FloorTruths:
    """Invariants of a state machine that keeps these."""

    floor: Floor
    now: datetime
    facts: list[Fact]
    up: dict[str, bool]
    bridges: dict[str, set[str]]

    @invariant()
    def one_call_for_an_agent_and_one_agent_for_a_call(self) -> None:
        if not hasattr(self, "floor"):
            return
        shares = [(share, call) for call in self.floor.calls.values() for share in call.open_shares]
        assert all(count == 1 for count in Counter(share.agent_id for share, _ in shares).values())
        for agent in self.floor.agents.values():
            call = self.floor.calls.get(agent.call_id) if agent.call_id else None
            share = call.share_of(agent.id) if call else None
            if agent.state in ("ringing", "talking", "wrap_up"):
                assert call is not None
                assert share is not None
                assert share.wraps_up == (agent.state == "wrap_up")
                if not share.wraps_up:
                    assert call.agent_id == agent.id
                    assert (share.answered_at is not None) == (agent.state == "talking")
                    assert call.phase in (CONVERSING if agent.state == "talking" else {"offered", "ringing"})
            else:
                assert agent.call_id is None
        for share, call in shares:
            assert self.floor.agents[share.agent_id].call_id == call.id
        for call in self.floor.calls.values():
            present = [share for share in call.open_shares if not share.wraps_up]
            assert [share.agent_id for share in present] == (
                [call.agent_id] if call.phase in WITH_AGENT - {"wrap_up"} else []
            )
            assert (call.phase == "wrap_up") == (call.ended_at is not None and bool(call.open_shares))

    @invariant()
    def nobody_free_waits_beside_a_caller(self) -> None:
        if not hasattr(self, "floor") or not self.floor.intents_allowed:
            return
        free = [agent for agent in self.floor.agents.values() if agent.assignable]
        for call in self.floor.calls.values():
            if call.phase == "queued":
                assert not any(call.queue_id in agent.queues for agent in free)

    @invariant()
    def nobody_waits_in_a_closed_queue_that_nobody_serves(self) -> None:
        """But for those who are about to be looked at."""
        if not hasattr(self, "floor"):
            return
        due = self.floor.next_due(self.now)
        if due is None or due > self.now:
            staffed = {
                queue
                for agent in self.floor.agents.values()
                if agent.state != "offline"
                for queue in agent.queues
            }
            for call in self.floor.calls.values():
                if call.phase == "queued" and not self.floor.queues[call.queue_id].opening.at(self.now):
                    assert call.queue_id in staffed

    @invariant()
    def rules_lead_in_no_circles(self) -> None:
        for call in getattr(self, "floor", Floor("a" * 12, [], new_id=self._id)).calls.values():
            assert call.queue_id not in call.led.queues
            assert len(set(call.led.queues)) == len(call.led.queues)
            assert len(set(call.led.numbers)) == len(call.led.numbers)

    @invariant()
    def nobody_is_ready_for_long_without_a_phone(self) -> None:
        if not hasattr(self, "floor"):
            return
        for agent in self.floor.agents.values():
            if agent.state == "ready" and not agent.registered:
                assert agent.phone_deadline is not None

    @invariant()
    def facts_count_without_a_hole(self) -> None:
        counts: dict[UUID, int] = {}
        for fact in self.facts:
            key = fact.interaction_id or fact.agent_id
            assert key is not None
            if fact.interaction_id is not None or fact.type.startswith("agents."):
                assert fact.seq == counts.get(key, 0) + 1
                counts[key] = fact.seq

    @invariant()
    def segments_follow_each_other(self) -> None:
        for call in getattr(self, "floor", Floor("a" * 12, [], new_id=self._id)).calls.values():
            for before, after in zip(call.segments, call.segments[1:], strict=False):
                assert before.ended_at is not None
                assert before.ended_at <= after.started_at
            if call.phase == "closed":
                assert call.segments[-1].ended_at is not None
                assert all(leg.ended_at is not None for leg in call.legs)

    @invariant()
    def who_talks_is_in_one_bridge(self) -> None:
        for call in getattr(self, "floor", Floor("a" * 12, [], new_id=self._id)).calls.values():
            members = self.bridges.get(call.bridge_id, set())
            if call.phase in CONVERSING and call.agent_leg is not None and self.up.get(call.agent_leg):
                assert call.rejoin_until is None, "who is back has no grace to run out"
            if call.phase == "talking" and call.rejoin_until is None:
                assert members == {call.caller_channel, call.agent_leg}
            elif call.phase == "outside":
                assert members == {call.caller_channel, call.outside_leg}
            elif call.phase != "closed":
                assert call.caller_channel not in members
