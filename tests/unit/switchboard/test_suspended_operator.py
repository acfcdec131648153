"""A suspended operator's floor: callers hear why they are let go, conversations are not cut."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ovoz.contact_center.switchboard.state import arrivals
from ovoz.contact_center.switchboard.state.actions import HangUp, Play
from ovoz.contact_center.switchboard.state.call import Call, Caller
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.rules import EntryPoint, QueueRules

NOW = datetime(2026, 1, 1, tzinfo=UTC)
QUEUE = UUID(int=1)


def floor() -> Floor:
    dice = random.Random(3)
    queue = QueueRules(QUEUE, "queue", 0, 10, 120, 20, 30, 30, recorded=False)
    return Floor("a" * 12, [queue], new_id=lambda: UUID(int=dice.getrandbits(128), version=4))


def arrives(at: Floor, channel: str, greeting: tuple[str, ...] = ()) -> Call:
    entry = EntryPoint(UUID(int=2), "+992446000100", "line", QUEUE, greeting)
    call = arrivals.caller_arrived(
        at,
        NOW,
        interaction_id=UUID(int=hash(channel) & (1 << 64) - 1),
        node="node-1",
        channel=channel,
        sip_call_id="",
        caller=Caller("+992900000101", hidden=False),
        entry=entry,
    )
    return at.calls[call.id]


def playing(at: Floor) -> list[tuple[str, ...]]:
    return [action.media for action in at.take_step().now if isinstance(action, Play)]


def test_a_new_caller_hears_the_announcement_and_is_let_go() -> None:
    at = floor()
    arrivals.operator_suspended(at, NOW, suspended=True)
    call = arrives(at, "one", greeting=("hello",))
    assert playing(at) == [arrivals.SUSPENDED_PROMPTS]
    assert call.playing is not None
    arrivals.playback_finished(at, NOW + timedelta(seconds=4), call.playing)
    step = at.take_step()
    assert [action.channel for action in step.now if isinstance(action, HangUp)] == ["one"]
    closed = at.calls[call.id]
    assert (closed.phase, closed.end_reason) == ("closed", "operator_suspended")
    assert step.facts[-1].data["reason"] == "operator_suspended"


def test_who_waits_or_hears_the_greeting_is_told_too() -> None:
    at = floor()
    waiting, greeted = arrives(at, "waiting"), arrives(at, "greeted", greeting=("hello",))
    assert (waiting.phase, greeted.phase) == ("queued", "greeting")
    at.take_step()
    arrivals.operator_suspended(at, NOW, suspended=True)
    assert playing(at) == [arrivals.SUSPENDED_PROMPTS] * 2
    for call in (at.calls[waiting.id], at.calls[greeted.id]):
        assert call.playing is not None
        arrivals.playback_finished(at, NOW, call.playing)
        assert at.calls[call.id].end_reason == "operator_suspended"


def test_a_conversation_is_not_cut_and_everything_comes_back() -> None:
    at = floor()
    call = arrives(at, "talking")
    at.put_call(replace(call, phase="talking", agent_id=UUID(int=9), announce_at=None, give_up_at=None))
    at.take_step()
    arrivals.operator_suspended(at, NOW, suspended=True)
    step = at.take_step()
    assert (step.now, step.calls, step.facts) == ([], {}, [])
    assert at.calls[call.id].phase == "talking"
    arrivals.operator_suspended(at, NOW, suspended=False)
    assert arrives(at, "later").phase == "queued"
