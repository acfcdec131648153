"""A floor with a clock and short words, for tests of what the switchboard decides."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from ovoz.contact_center.switchboard.state import arrivals, conversation, presence, recovery
from ovoz.contact_center.switchboard.state.agent import NextState
from ovoz.contact_center.switchboard.state.call import Caller
from ovoz.contact_center.switchboard.state.facts import Fact
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.rules import BreakRules, EntryPoint, QueueRules

START = datetime(2026, 11, 25, 8, tzinfo=UTC)


class Shift:
    """A floor with a clock, ids and short words."""

    def __init__(self, *queues: QueueRules) -> None:
        self.now = START
        self._ids = 0
        self.floor = Floor("a" * 12, queues, new_id=self.id)
        self.floor.breaks = {"lunch": BreakRules("lunch")}
        self.facts: list[Fact] = []

    def id(self) -> UUID:
        self._ids += 1
        return UUID(int=self._ids)

    def passes(self, seconds: float) -> None:
        """Lets time pass as the cell does: up to every deadline, one after the other."""
        until = self.now + timedelta(seconds=seconds)
        while (due := self.floor.next_due(self.now)) is not None and due <= until:
            self.now = max(due, self.now)
            recovery.time_passed(self.floor, self.now)
        self.now = until
        recovery.time_passed(self.floor, self.now)

    def agent(
        self, *queues: QueueRules, ready: bool = True, skills: tuple[tuple[str, int], ...] = ()
    ) -> UUID:
        id_ = self.id()
        presence.agent_known(
            self.floor,
            self.now,
            agent_id=id_,
            name=f"agent {id_.int}",
            endpoint=f"e{id_.int}",
            queues=tuple(queue.id for queue in queues),
        )
        self.floor.put_agent(replace(self.floor.agents[id_], skills=skills))
        presence.phone_registered(self.floor, self.now, f"e{id_.int}")
        if ready:
            self.choose(id_, "ready")
        return id_

    def choose(self, agent: UUID, state: str) -> None:
        presence.choose_state(self.floor, self.now, self.floor.agents[agent], state, "lunch")  # type: ignore[arg-type]

    def calls(self, queue: QueueRules, greeting: tuple[str, ...] = ()) -> UUID:
        id_ = self.id()
        entry = EntryPoint(self.id(), "+992446000100", "line", queue.id, greeting)
        arrivals.caller_arrived(
            self.floor,
            self.now,
            interaction_id=id_,
            node="node-1",
            channel=f"caller-{id_.int}",
            sip_call_id="",
            caller=Caller("+992900000101"),
            entry=entry,
        )
        return id_

    def answers(self, call: UUID) -> None:
        leg = self.floor.calls[call].agent_leg
        assert leg is not None
        conversation.leg_answered(self.floor, self.now, leg)

    def finishes(self, call: UUID) -> None:
        """The caller hangs up, and the agent's work is done at once."""
        agent_id = self.floor.calls[call].agent_id
        assert agent_id is not None
        conversation.caller_left(self.floor, self.now, f"caller-{call.int}", 16)
        conversation.finish_wrap_up(
            self.floor,
            self.now,
            self.floor.agents[agent_id],
            self.floor.calls[call],
            disposition="resolved",
            note="",
            next_state=NextState("ready"),
        )

    def said(self, type_: str) -> list[Fact]:
        self.facts.extend(self.floor.take_step().facts)
        return [fact for fact in self.facts if fact.type == type_]


def queue(number: int, **changes: object) -> QueueRules:
    rules = QueueRules(UUID(int=900 + number), f"q{number}", 0, 50, 1800, 20, 30, 30, recorded=False)
    return replace(rules, **changes)
