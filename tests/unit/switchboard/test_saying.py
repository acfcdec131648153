"""In which languages callers are told something, one after the other, and which music they hear."""

from uuid import UUID

import pytest
from tests.support.shift import Shift, queue

from ovoz.contact_center.callers.contracts import CallerProfile
from ovoz.contact_center.queues.contracts import Language
from ovoz.contact_center.routing.contracts import Overflow
from ovoz.contact_center.switchboard.state import arrivals, conversation
from ovoz.contact_center.switchboard.state.actions import Play, StartMusic, StopPlaying
from ovoz.contact_center.switchboard.state.call import Known
from ovoz.contact_center.switchboard.state.opening import Opening

NIGHT = queue(2, music="light", announced_in=("en",), language="en")


def heard(shift: Shift) -> list[Play | StartMusic]:
    step = shift.floor.take_step()
    shift.facts.extend(step.facts)
    return [action for action in step.now if isinstance(action, Play | StartMusic)]


def is_over(shift: Shift, call: UUID) -> list[Play | StartMusic]:
    """What follows when what plays is over."""
    playing = shift.floor.calls[call].playing
    assert playing is not None
    arrivals.playback_finished(shift.floor, shift.now, playing)
    return heard(shift)


def test_each_language_has_its_turn_and_then_comes_music() -> None:
    support = queue(1, announced_in=("ru", "en"), music="light")
    shift = Shift(support)
    call = shift.calls(support)
    [music] = heard(shift)
    assert music == StartMusic(call, f"caller-{call.int}", "light")
    shift.passes(support.first_announcement_s)
    [first] = heard(shift)
    [second] = is_over(shift, call)
    assert isinstance(first, Play)
    assert isinstance(second, Play)
    assert (first.language, second.language) == ("ru", "en")
    assert first.media == second.media == ("sound:queue-youarenext", "sound:queue-thankyou")
    assert first.playback_id != second.playback_id
    assert is_over(shift, call) == [music]
    assert len(shift.said("calls.position_announced.v1")) == 1
    shift.passes(support.announce_every_s)
    assert [play.language for play in heard(shift) if isinstance(play, Play)] == ["ru"]


@pytest.mark.parametrize(("language", "spoken"), [("en", "en"), ("tg", "ru"), (None, "ru")])
def test_whose_language_is_known_hears_that_alone(language: Language | None, spoken: str) -> None:
    support = queue(1, announced_in=("ru", "en"))
    shift = Shift(support)
    call = shift.calls(support)
    arrivals.caller_known(shift.floor, shift.now, call, Known(CallerProfile(language=language)))
    heard(shift)
    shift.passes(support.first_announcement_s)
    assert [play.language for play in heard(shift) if isinstance(play, Play)] == [spoken]
    follows = [play.language for play in is_over(shift, call) if isinstance(play, Play)]
    assert follows == ([] if language == "en" else ["en"])


def test_who_is_answered_hears_no_further_language() -> None:
    support = queue(1, announced_in=("ru", "en"))
    shift = Shift(support)
    call = shift.calls(support)
    shift.passes(support.first_announcement_s)
    playing = shift.floor.calls[call].playing
    shift.agent(support)
    leg = shift.floor.calls[call].agent_leg
    assert leg is not None
    heard(shift)
    conversation.leg_answered(shift.floor, shift.now, leg)
    step = shift.floor.take_step()
    assert [one.playback_id for one in step.now if isinstance(one, StopPlaying)] == [playing]
    assert playing is not None
    arrivals.playback_finished(shift.floor, shift.now, playing)
    assert heard(shift) == []


def test_a_goodbye_is_in_the_queues_language_and_follows_nothing() -> None:
    support = queue(
        1, announced_in=("ru", "en"), language="en", overflow=(Overflow("wait_s", "goodbye", 9, place=0),)
    )
    shift = Shift(support)
    call = shift.calls(support)
    shift.passes(9)
    plays = [one for one in heard(shift) if isinstance(one, Play)]
    assert [(one.language, one.media) for one in plays][-1] == ("en", arrivals.CLOSED_PROMPTS)
    is_over(shift, call)
    assert shift.floor.calls[call].end_reason == "overflow"


def test_another_queue_has_its_own_music() -> None:
    """Also for who is put on hold there: whoever starts music need not know which."""
    support = queue(1, overflow=(Overflow("wait_s", "queue", 5, str(NIGHT.id), 0),))
    shift = Shift(support, NIGHT)
    agent = shift.agent(NIGHT)
    call = shift.calls(support)
    assert [one.music for one in heard(shift) if isinstance(one, StartMusic)] == ["default"]
    shift.passes(5)
    assert [one.music for one in heard(shift) if isinstance(one, StartMusic)] == ["light"]
    shift.answers(call)
    conversation.hold(shift.floor, shift.now, shift.floor.agents[agent], shift.floor.calls[call])
    assert [one.music for one in heard(shift) if isinstance(one, StartMusic)] == ["light"]


def test_the_greeting_of_a_closed_queue_is_in_its_language() -> None:
    shut = queue(1, language="en", opening=Opening(open_before=False))
    shift = Shift(shut)
    shift.calls(shut)
    assert [one.language for one in heard(shift) if isinstance(one, Play)] == ["en"]
