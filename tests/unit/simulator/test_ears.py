"""Recordings and people, told apart."""

from ovoz.simulator.alaw import SILENCE
from ovoz.simulator.ears import GONE_S, UNKNOWN_S, Ears

MUSIC = b"m" * 160
SPEECH = b"s" * 160


def hear(ears: Ears, audio: bytes, since: float, until: float) -> None:
    for index in range(round((until - since) * 50)):
        ears.hear(since + index * 0.02, audio)


def test_somebody_is_there_when_the_music_is_gone_and_not_when_it_is_back() -> None:
    ears = Ears(frozenset({MUSIC}))
    assert not ears.somebody_is_there(99)
    ears.begin(100)
    hear(ears, MUSIC, 100, 130)
    assert not ears.somebody_is_there(130 + GONE_S - 0.1)
    hear(ears, SPEECH, 130, 140)
    assert ears.somebody_is_there(131)
    hear(ears, MUSIC, 140, 141)
    assert not ears.somebody_is_there(141)


def test_silence_is_nobodys() -> None:
    """Also when the recording has silent frames: a muted agent is still an agent."""
    ears = Ears(frozenset({MUSIC, SILENCE}))
    ears.begin(0)
    hear(ears, MUSIC, 0, 5)
    hear(ears, SILENCE, 5, 7)
    assert ears.somebody_is_there(7)


def test_unknown_music_is_taken_for_a_person_after_a_while() -> None:
    ears = Ears(frozenset({MUSIC}))
    ears.begin(0)
    hear(ears, SPEECH, 0, 20)
    assert not ears.somebody_is_there(UNKNOWN_S - 0.1)
    assert ears.somebody_is_there(UNKNOWN_S + 0.1)


def test_gaps_and_deafness() -> None:
    ears = Ears(frozenset())
    assert ears.deaf_s(50) == 0
    ears.begin(100)
    assert ears.deaf_s(103) == 3
    ears.hear(104, SPEECH)
    ears.hear(104.5, SPEECH)
    ears.hear(104.52, SPEECH)
    assert (ears.packets, ears.longest_gap_s) == (3, 0.5)
    assert ears.deaf_s(105.52) == 1
