"""The floor: one tenant's agents, calls and queues, and the single place where an agent and a call are joined.

The inputs live beside it (`arrivals`, `conversation`, `presence`, `recovery`); each changes the floor and leaves
what it did in the step that `take_step` returns. Nothing here waits, so no two inputs ever interleave.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from ovoz.contact_center.routing.api import Matcher, WaitEstimator
from ovoz.contact_center.routing.contracts import Policy, Reason, Waiting
from ovoz.contact_center.switchboard.state.actions import Action, Ring, StartMusic
from ovoz.contact_center.switchboard.state.agent import (
    Agent,
    AgentStateName,
    BreakAnswer,
    WishOutcome,
    on_duty,
)
from ovoz.contact_center.switchboard.state.call import (
    Call,
    Handling,
    Leg,
    begin_segment,
    with_leg,
    with_share,
)
from ovoz.contact_center.switchboard.state.deadlines import Deadlines
from ovoz.contact_center.switchboard.state.facts import Fact, Step
from ovoz.contact_center.switchboard.state.routing import Routing, candidate_of, offer_of, routed
from ovoz.contact_center.switchboard.state.rules import BreakRules, Calling, EntryPoint, Limits, QueueRules

replace = msgspec.structs.replace


class Floor:
    """One tenant in memory; `new_id` gives ids for facts and recordings."""

    def __init__(
        self,
        tenant_id: str,
        queues: Iterable[QueueRules],
        *,
        new_id: Callable[[], UUID],
        limits: Limits | None = None,
    ) -> None:
        self.tenant_id = tenant_id
        self.queues: dict[UUID, QueueRules] = {}
        self.limits = limits or Limits()
        self.entry_points: dict[UUID, EntryPoint] = {}
        self.calling = Calling()
        self.routing = Routing()
        self.breaks: dict[str, BreakRules] = {}
        """By the reason's code; `state/breaks.py` keeps to them."""
        self.agents: dict[UUID, Agent] = {}
        self.calls: dict[UUID, Call] = {}
        self.intents_allowed = True
        """False while the journal cannot be written: then nobody is rung."""
        self.suspended = False
        """True while the provider keeps the operator suspended: callers are told so; what runs runs on."""
        self._new_id = new_id
        self._matcher = Matcher(Policy())
        self._waiting: set[UUID] = set()
        self._estimators: dict[UUID, WaitEstimator] = {}
        self._call_of_channel: dict[str, UUID] = {}
        self._agent_of_endpoint: dict[str, UUID] = {}
        self._due = Deadlines()
        self._turns: dict[UUID, datetime] = {}
        """The next moment at which each queue opens or closes, as it stands in `_due`."""
        self._step = Step()
        self.change_queues(queues)

    # What inputs use

    def take_step(self) -> Step:
        """What happened since the last one; the floor begins a new step."""
        step, self._step = self._step, Step()
        return step

    def new_id(self) -> UUID:
        return self._new_id()

    def put_call(self, call: Call) -> None:
        """Stores the call's new version and keeps the indexes true."""
        if call.phase == "closed":
            self.calls[call.id] = call
            self._wait_over(call)
            for leg in call.legs:
                self._call_of_channel.pop(leg.id, None)
        else:
            self.calls[call.id] = call
            if call.phase == "queued":
                self._waiting.add(call.id)
                self._matcher.put_offer(offer_of(call, self.queues[call.queue_id]))
            else:
                self._wait_over(call)
            for leg in call.legs:
                self._call_of_channel[leg.id] = call.id
        self._step.calls[call.id] = None
        self._due.put(call.id, *call.deadlines)

    def put_agent(self, agent: Agent) -> None:
        """Stores the agent's new version and keeps the indexes true."""
        known = self.agents.get(agent.id)
        if known is not None and known.endpoint != agent.endpoint:
            self._agent_of_endpoint.pop(known.endpoint, None)
        self.agents[agent.id] = agent
        self._agent_of_endpoint[agent.endpoint] = agent.id
        if agent.state == "offline":
            self._matcher.drop_agent(agent.id)
            if known is not None and known.state != "offline":
                self.look_at_waiting()
        else:
            self._matcher.put_agent(candidate_of(agent))
        self._step.agents[agent.id] = None
        self._due.put(
            agent.id,
            agent.phone_deadline,
            agent.wish.until if agent.wish is not None else None,
            agent.break_until if not agent.break_over else None,
        )

    def _wait_over(self, call: Call) -> None:
        if call.id in self._waiting:
            self._waiting.remove(call.id)
            self._matcher.drop_offer(call.id)

    def change_queues(self, queues: Iterable[QueueRules]) -> None:
        """New rules take effect at once, for those who wait already too."""
        for queue in queues:
            self._step.queues |= self.queues.get(queue.id) != queue
            self.queues[queue.id] = queue
            self._await_turn(queue, queue.opening.turns[0] if queue.opening.turns else None)
        for call_id in self._waiting:
            call = self.calls[call_id]
            self._matcher.put_offer(offer_of(call, self.queues[call.queue_id]))
        self.look_at_waiting()

    def look_at_waiting(self) -> None:
        """Something has changed that rules of queues hold against: whoever waits is due at once."""
        for call_id in self._waiting:
            self._due.put(call_id, self.calls[call_id].started_at)

    def queue_turned(self, queue: QueueRules, now: datetime) -> None:
        """It has opened or closed."""
        self._await_turn(queue, queue.opening.next_turn(now))
        self._step.queues = True
        self.look_at_waiting()

    def _await_turn(self, queue: QueueRules, turn: datetime | None) -> None:
        if turn is None:
            self._turns.pop(queue.id, None)
        elif self._turns.get(queue.id) != turn:
            self._turns[queue.id] = turn
            self._due.put(queue.id, turn)

    def forget_closed(self, call_id: UUID) -> None:
        """Drops a closed call once the journal has it."""
        call = self.calls.get(call_id)
        if call is not None and call.phase == "closed":
            del self.calls[call_id]

    def call_of(self, channel: str) -> Call | None:
        call_id = self._call_of_channel.get(channel)
        return self.calls.get(call_id) if call_id else None

    def agent_at(self, endpoint: str) -> Agent | None:
        agent_id = self._agent_of_endpoint.get(endpoint)
        return self.agents.get(agent_id) if agent_id else None

    def waiting_in(self, queue_id: UUID) -> list[Call]:
        """Callers of a queue who are not talking yet, longest wait first."""
        waiting = [
            call
            for call in self.calls.values()
            if call.queue_id == queue_id and call.phase in ("queued", "offered", "ringing")
        ]
        return sorted(waiting, key=lambda call: (call.queued_at or call.started_at, call.id))

    @property
    def active_calls(self) -> int:
        """Calls that hold a channel of the media node."""
        return sum(1 for call in self.calls.values() if call.ended_at is None)

    def say(
        self,
        type_: str,
        now: datetime,
        *,
        call: Call | None = None,
        agent: Agent | None = None,
        agent_id: UUID | None = None,
        observed_late: bool = False,
        **data: Any,
    ) -> Call | Agent:
        """Adds a fact and returns the call (or, without one, the agent) with its count raised.

        About a call it is the fact of the agent who has it, unless `agent_id` says whose it is.
        """
        subject: Call | Agent | None = call if call is not None else agent
        assert subject is not None
        counted = replace(subject, seq=subject.seq + 1)
        self._step.facts.append(
            Fact(
                id=self._new_id(),
                at=now,
                type=type_,
                seq=counted.seq,
                interaction_id=call.id if call else None,
                agent_id=agent.id if agent else agent_id or (call.agent_id if call else None),
                data=data,
                observed_late=observed_late,
            )
        )
        return counted

    def tell(
        self,
        type_: str,
        now: datetime,
        call: Call,
        *,
        agent_id: UUID | None = None,
        observed_late: bool = False,
        **data: Any,
    ) -> Call:
        """`say` about a call."""
        told = self.say(type_, now, call=call, agent_id=agent_id, observed_late=observed_late, **data)
        assert isinstance(told, Call)
        return told

    def act(self, *actions: Action) -> None:
        """To be done at once: observed facts and safety acts wait for nobody."""
        self._step.now.extend(
            self._with_music(action) if isinstance(action, StartMusic) else action for action in actions
        )

    def _with_music(self, action: StartMusic) -> StartMusic:
        """The queue's in which the caller is: nobody who starts music has to know which."""
        call = self.calls.get(action.interaction_id)
        return action if call is None else replace(action, music=self.queues[call.queue_id].music)

    def act_when_journalled(self, *actions: Action) -> None:
        """To be done once the facts of this step stand in the journal: intents."""
        self._step.then.extend(actions)

    def move_agent(
        self, agent: Agent, now: datetime, state: AgentStateName, reason: str | None = None, **changes: Any
    ) -> Agent:
        """Puts the agent into a state and tells it, when it is another state."""
        moved = replace(agent, **changes)
        if (agent.state, agent.reason) != (state, reason):
            said = self.say(
                "agents.state_changed.v1",
                now,
                agent=replace(moved, state=state, reason=reason, since=now),
                before=agent.state,
                after=state,
                reason=reason,
                lasted_s=round((now - agent.since).total_seconds(), 3),
            )
            assert isinstance(said, Agent)
            moved = self._on_break(on_duty(agent, said, now), now)
        self.put_agent(moved)
        return moved

    def _on_break(self, agent: Agent, now: datetime) -> Agent:
        """The limit of the break that begins; nobody who is offline wishes for one."""
        rules = self.breaks.get(agent.reason or "") if agent.state == "break" else None
        limit_s = rules.limit_s if rules is not None else None
        agent = replace(
            agent,
            break_until=now + timedelta(seconds=limit_s) if limit_s is not None else None,
            break_over=False,
        )
        if agent.state == "offline" and agent.wish is not None:
            agent = self.wish_over(agent, now, "signed_out")
        taken = agent.state == "break" and agent.answer is not None and agent.answer.reason == agent.reason
        return replace(agent, answer=None) if taken or agent.state == "offline" else agent

    def wish_over(
        self,
        agent: Agent,
        now: datetime,
        outcome: WishOutcome,
        *,
        note: str = "",
        by: UUID | None = None,
        by_name: str = "",
    ) -> Agent:
        """The agent without the wish, and with what became of it; to be put on the floor by the caller."""
        wish = agent.wish
        assert wish is not None
        answered = replace(
            agent, wish=None, answer=BreakAnswer(wish.reason, outcome, now, note, by=by, by_name=by_name)
        )
        said = self.say(
            "agents.break_wish_ended.v1",
            now,
            agent=answered,
            wish_id=str(wish.id),
            reason=wish.reason,
            outcome=outcome,
            waited_s=round((now - wish.asked_at).total_seconds(), 3),
            note=note,
            decided_by=str(by) if by is not None else None,
        )
        assert isinstance(said, Agent)
        return said

    # The claim

    def match(self, now: datetime) -> None:
        """Joins waiting calls and free agents as the routing engine says: one claim for both."""
        if self.intents_allowed:
            for assignment in self._matcher.match(now.timestamp()):
                call, agent = self.calls[assignment.offer], self.agents[assignment.agent]
                self.offer(call, agent, now, assignment.reason)

    def why_waiting(self, call: Call, now: datetime) -> Waiting:
        """Why a queued call was given to nobody yet."""
        return self._matcher.waiting(call.id, now.timestamp())

    def estimator(self, queue_id: UUID) -> WaitEstimator:
        """The queue's estimates of waits; they begin anew with the process, silent until their error is known."""
        return self._estimators.setdefault(queue_id, WaitEstimator())

    def offer(self, call: Call, agent: Agent, now: datetime, why: Reason | None = None) -> None:
        """The claim; without `why` the caller was passed on to this one agent, or is given back."""
        assert call.phase == "queued"
        assert agent.assignable or agent.call_id == call.id
        queue = self.queues[call.queue_id]
        attempt = call.attempt + 1
        leg_id = f"{call.id.hex}-{attempt}"
        claimed = replace(
            begin_segment(call, "ring", now, agent_id=agent.id),
            phase="offered",
            agent_id=agent.id,
            agent_leg=leg_id,
            attempt=attempt,
            announce_at=None,
            why=why,
            ring_until=now + timedelta(seconds=queue.ring_timeout_s + self.limits.ring_guard_s),
        )
        claimed = with_leg(claimed, Leg(leg_id, "agent", now, agent_id=agent.id))
        claimed = with_share(claimed, Handling(self._new_id(), agent.id, offered_at=now, queue_id=queue.id))
        claimed = self.tell(
            "calls.call_offered.v1",
            now,
            claimed,
            agent_name=agent.name,
            attempt=attempt,
            why=msgspec.to_builtins(why),
            routed=routed(claimed),
        )
        self.put_call(claimed)
        self.move_agent(agent, now, "ringing", call_id=call.id)
        self.act_when_journalled(
            Ring(
                call.id,
                leg=leg_id,
                endpoint=agent.endpoint,
                timeout_s=queue.ring_timeout_s,
            )
        )

    def presented_number(self, queue_id: UUID) -> str | None:
        """What is presented to whom is called for this queue; None: there is no number of the tenant's."""
        first = min((entry.number for entry in self.entry_points.values()), default=None)
        return self.queues[queue_id].caller_number or self.calling.caller_number or first

    def leg_wanted(self, leg_id: str) -> bool:
        """Whether a journalled ring is still to be begun."""
        call = self.call_of(leg_id)
        if call is None or call.ended_at is not None:
            return False
        return leg_id in (call.agent_leg, call.outside_leg, call.caller_channel) or bool(
            call.guest_at(leg_id)
        )

    # Time

    def next_due(self, now: datetime) -> datetime | None:
        """When `time_passed` has something to look at next: a deadline, or a wait that reaches more agents."""
        dues = [self._due.first] if self._due.first is not None else []
        # While nobody may be rung, nothing is matched: to be woken for it would be to be woken for ever.
        matching = self._waiting and self.intents_allowed
        wider = self._matcher.next_due(now.timestamp()) if matching else None
        if wider is not None:
            # Not a microsecond too early: the engine's moments are floats.
            dues.append(datetime.fromtimestamp(wider, UTC) + timedelta(microseconds=1))
        return min(dues, default=None)

    def pop_due(self, now: datetime) -> list[UUID]:
        """Ids of calls, agents and queues whose deadlines passed (each still to be checked against its state)."""
        return self._due.pop(now)
