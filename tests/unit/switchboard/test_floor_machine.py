"""The floor under random callers, agents, faults and time: what must never be, and what must come in the end."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, precondition, rule
from tests.unit.switchboard.break_machine import BREAKS, REASONS
from tests.unit.switchboard.treating_machine import TreatingMachine

from ovoz.contact_center.routing.contracts import Overflow
from ovoz.contact_center.switchboard.errors import (
    BreakFull,
    NotPossibleNow,
    PhoneNotRegistered,
    TargetNotFree,
    TargetUnknown,
)
from ovoz.contact_center.switchboard.state import (
    arrivals,
    breaks,
    conversation,
    presence,
    recovery,
    transfers,
)
from ovoz.contact_center.switchboard.state.actions import Answer, Connect, Dial, HangUp, Part, Play, Ring
from ovoz.contact_center.switchboard.state.agent import NextState
from ovoz.contact_center.switchboard.state.call import Caller
from ovoz.contact_center.switchboard.state.facts import Fact, Step
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.opening import Opening
from ovoz.contact_center.switchboard.state.rules import EntryPoint, Limits, QueueRules
from ovoz.contact_center.switchboard.state.transfers import Destination

NODE = "node-1"
CAUSES = st.sampled_from([16, 17, 19, 20, 21, 44, None])


class FloorMachine(TreatingMachine):
    """Keeps a small media node of its own: which channels are up, so that inputs are the ones Asterisk could send."""

    channels: Bundle[str] = Bundle("channels")

    def __init__(self) -> None:
        super().__init__()
        self._random = random.Random(7)
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.facts: list[Fact] = []
        self.up: dict[str, bool] = {}
        self.leg_endpoint: dict[str, str] = {}
        self.playing: list[str] = []
        self.bridges: dict[str, set[str]] = {}
        self.callers = 0

    def _id(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)

    @initialize(
        agents=st.integers(1, 4), queues=st.integers(1, 2), recorded=st.booleans(), overflows=st.booleans()
    )
    def open_floor(self, agents: int, queues: int, recorded: bool, overflows: bool) -> None:
        rules = [QueueRules(self._id(), f"q{i}", i, 4, 120, 20, 30, 30, recorded) for i in range(queues)]
        self.floor = Floor("a" * 12, rules, new_id=self._id, limits=Limits(max_calls=6))
        breaks.change_breaks(self.floor, self.now, BREAKS)
        self.queue_ids = [rule.id for rule in rules]
        if overflows:
            # Each leads to the other and outside, at every occasion: what validation refuses must do no harm.
            led = [str(id_) for id_ in reversed(self.queue_ids)]
            rules = [
                replace(
                    rule,
                    overflow=(
                        Overflow("closed", "queue", to=to, place=0),
                        Overflow("wait_s", "number", 31, "+992900000002", 1),
                        Overflow("wait_s", "queue", 16, to, 2),
                        Overflow("length", "queue", 3, to, 3),
                        Overflow("no_agents", "goodbye", place=4),
                    ),
                )
                for rule, to in zip(rules, led, strict=True)
            ]
            self.floor.change_queues(rules)
        for i in range(agents):
            agent_id = self._id()
            presence.agent_known(
                self.floor,
                self.now,
                agent_id=agent_id,
                name=f"agent {i}",
                endpoint=f"e{i}",
                queues=tuple(self.queue_ids[: 1 + i % queues]),
                skills=(("tajik", i),) if i else (),
            )
        self.agent_ids = list(self.floor.agents)
        entry = EntryPoint(self._id(), "+992446000100", "line", self.queue_ids[-1], ("hello",))
        self.floor.entry_points = {entry.id: entry}
        self.commit()

    def commit(self, *, journalled: bool = True) -> None:
        step: Step = self.floor.take_step()
        self.facts.extend(step.facts)
        for action in step.now:
            self.perform(action)
        for action in step.then:
            if isinstance(action, Ring | Dial):
                if journalled and self.floor.leg_wanted(action.leg):
                    self.perform(action)
                elif not journalled:
                    recovery.withdraw(self.floor, self.now, action.interaction_id, action.leg)
                    self.commit()

    def perform(self, action: object) -> None:
        match action:
            case Answer(channel=channel):
                assert channel in self.up
            case Play(playback_id=playback_id):
                self.playing.append(playback_id)
            case Ring(leg=leg, endpoint=endpoint):
                assert leg not in self.up, "a leg id is used once"
                self.up[leg] = False
                self.leg_endpoint[leg] = endpoint
            case Dial(leg=leg, presented=presented):
                assert leg not in self.up, "a leg id is used once"
                assert presented == "+992446000100"
                self.up[leg] = False
            case Connect(bridge=bridge, channels=channels):
                self.bridges.setdefault(bridge, set()).update(channels)
            case Part(bridge=bridge, channel=channel):
                self.bridges.get(bridge, set()).discard(channel)
            case HangUp(channel=channel):
                self.end_channel(channel, 16)
            case _:
                pass

    def end_channel(self, channel: str, cause: int | None) -> None:
        if self.up.pop(channel, None) is None:
            return
        for members in self.bridges.values():
            members.discard(channel)
        conversation.caller_left(self.floor, self.now, channel, cause)
        conversation.leg_ended(self.floor, self.now, channel, cause)
        self.commit()

    # Inputs

    @rule(queue=st.integers(0, 1), greeting=st.booleans(), asked=st.booleans())
    def caller_arrives(self, queue: int, greeting: bool, asked: bool) -> None:
        self.callers += 1
        channel = f"caller-{self.callers}"
        self.up[channel] = True
        arrivals.caller_arrived(
            self.floor,
            self.now,
            interaction_id=self._id(),
            node=NODE,
            channel=channel,
            sip_call_id=channel,
            caller=Caller(f"+99290{self.callers:07}"),
            entry=EntryPoint(
                self._id(),
                "+992446000100",
                "line",
                self.queue_ids[queue % len(self.queue_ids)],
                ("hello",) if greeting else (),
            ),
            recognising=asked,
        )
        self.commit()

    @precondition(lambda self: self.playing)
    @rule(which=st.integers(0, 99))
    def prompt_ends(self, which: int) -> None:
        playback = self.playing.pop(which % len(self.playing))
        arrivals.playback_finished(self.floor, self.now, playback)
        self.commit()

    @precondition(lambda self: self.up)
    @rule(which=st.integers(0, 99), cause=CAUSES)
    def far_end_leaves(self, which: int, cause: int | None) -> None:
        self.end_channel(sorted(self.up)[which % len(self.up)], cause)

    @precondition(lambda self: any(not up for up in self.up.values()))
    @rule(which=st.integers(0, 99), answers=st.booleans())
    def phone_rings_or_answers(self, which: int, answers: bool) -> None:
        ringing = sorted(leg for leg, up in self.up.items() if not up)
        leg = ringing[which % len(ringing)]
        if answers:
            self.up[leg] = True
            conversation.leg_answered(self.floor, self.now, leg)
        else:
            conversation.leg_ringing(self.floor, self.now, leg)
        self.commit()

    @rule(which=st.integers(0, 9), registered=st.booleans())
    def phone_comes_or_goes(self, which: int, registered: bool) -> None:
        endpoint = f"e{which % len(self.agent_ids)}"
        (presence.phone_registered if registered else presence.phone_gone)(self.floor, self.now, endpoint)
        self.commit()

    @rule(
        which=st.integers(0, 9), state=st.sampled_from(["ready", "ready", "break", "offline"]), reason=REASONS
    )
    def agent_chooses(self, which: int, state: str, reason: str) -> None:
        agent = self.floor.agents[self.agent_ids[which % len(self.agent_ids)]]
        try:
            presence.choose_state(self.floor, self.now, agent, state, reason)  # type: ignore[arg-type]
        except PhoneNotRegistered:
            assert state == "ready"
            assert not agent.registered
        except BreakFull:
            assert state == "break"
            assert breaks.places(self.floor, reason, beside=agent.id).taken > 0
        except NotPossibleNow:
            offline = agent.state == "offline" and self.floor.breaks[reason].needs_approval
            assert self.floor.breaks[reason].archived or offline
        self.commit()

    @rule(which=st.integers(0, 9), verb=st.sampled_from(["hold", "resume", "hang_up", "reject", "wrap_up"]))
    def agent_commands(self, which: int, verb: str) -> None:
        agent = self.floor.agents[self.agent_ids[which % len(self.agent_ids)]]
        call = self.floor.calls.get(agent.call_id) if agent.call_id else None
        if call is None:
            return
        try:
            if verb == "wrap_up":
                conversation.finish_wrap_up(
                    self.floor,
                    self.now,
                    agent,
                    call,
                    disposition="resolved",
                    note="",
                    next_state=NextState("ready"),
                )
            else:
                getattr(conversation, verb)(self.floor, self.now, agent, call)
        except NotPossibleNow:
            pass
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

    @rule(seconds=st.sampled_from([0.5, 2, 8, 16, 21, 31, 61, 130, 901]))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        recovery.time_passed(self.floor, self.now)
        self.commit()

    @rule(which=st.integers(0, 1), open_now=st.booleans(), turns=st.lists(st.integers(1, 90), max_size=2))
    def hours_change(self, which: int, open_now: bool, turns: list[int]) -> None:
        queue = self.floor.queues[self.queue_ids[which % len(self.queue_ids)]]
        moments = tuple(self.now + timedelta(seconds=seconds) for seconds in sorted(set(turns)))
        self.floor.change_queues([replace(queue, opening=Opening(open_now, moments))])
        self.commit()

    @rule(available=st.booleans())
    def postgres_comes_or_goes(self, available: bool) -> None:
        self.floor.intents_allowed = available
        if available:
            self.floor.match(self.now)
        self.commit()

    @rule()
    def journal_refuses_the_next_ring(self) -> None:
        self.floor.match(self.now)
        self.commit(journalled=False)

    @rule()
    def node_restarts(self) -> None:
        self.up.clear()
        self.bridges.clear()
        self.playing.clear()
        recovery.media_lost(self.floor, self.now, NODE)
        self.commit()

    @rule(lost=st.sets(st.integers(0, 9)))
    def switchboard_was_away(self, lost: set[int]) -> None:
        """Some channels ended unheard, then the floor is compared with the node."""
        for index, channel in enumerate(sorted(self.up)):
            if index in lost:
                del self.up[channel]
                for members in self.bridges.values():
                    members.discard(channel)
        recovery.reconcile(
            self.floor,
            self.now,
            NODE,
            recovery.NodeSnapshot(
                channels=dict(self.up),
                ours=frozenset(self.up),
                bridges={bridge: frozenset(members) for bridge, members in self.bridges.items()},
                registered=frozenset(
                    agent.endpoint for agent in self.floor.agents.values() if agent.registered
                ),
            ),
        )
        self.commit()

    def teardown(self) -> None:
        """However it went: when callers leave and time passes, nothing is stuck."""
        if not hasattr(self, "floor"):
            return
        self.floor.intents_allowed = True
        for channel in sorted(self.up):
            self.end_channel(channel, 16)
        for _ in range(4):
            self.now += timedelta(seconds=200)
            recovery.time_passed(self.floor, self.now)
            self.commit()
        assert all(call.phase == "closed" for call in self.floor.calls.values())
        assert all(agent.call_id is None for agent in self.floor.agents.values())
        assert not self.up
        ended = Counter(fact.interaction_id for fact in self.facts if fact.type == "calls.call_ended.v1")
        assert all(ended[call_id] == 1 for call_id in self.floor.calls)


TestFloorMachine = FloorMachine.TestCase
TestFloorMachine.settings = settings(
    max_examples=150, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
