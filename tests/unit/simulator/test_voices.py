"""Phrases and the mouth that says them."""

from pathlib import Path

import pytest
from tests.unit.simulator.conftest import write_tone

from ovoz.simulator.alaw import FRAME, SILENCE
from ovoz.simulator.voices import Mouth, PromptMissing, Voice, read_frames, recordings


def test_sentences_with_pauses_again_and_again(tmp_path: Path) -> None:
    write_tone(tmp_path / "a.wav", 400, 0.04)
    write_tone(tmp_path / "b.wav", 900, 0.02)
    voice = Voice(tmp_path)
    first, second = voice.phrase("a"), voice.phrase("b")
    mouth = Mouth(voice)
    mouth.say([(("a", "b"), 0.04), (("b",), 0.02)], again=True)
    once = [*first, *second, None, None, *second, None]
    assert [mouth.frame() for _ in range(14)] == once + once
    mouth.say([(("a",), 0)], again=False)
    assert [mouth.frame() for _ in range(4)] == [*first, None, None]
    assert mouth.is_done
    mouth.say([], again=True)
    assert mouth.frame() is None
    mouth.say([(("a",), 0)], again=True)
    mouth.be_silent()
    assert mouth.frame() is None


def test_recordings_have_no_silence(tmp_path: Path) -> None:
    write_tone(tmp_path / "a.wav", 400)
    write_tone(tmp_path / "quiet.wav", 0)
    known = recordings([tmp_path / "a.wav", tmp_path / "quiet.wav"])
    assert known == set(read_frames(tmp_path / "a.wav"))
    assert SILENCE not in known
    assert {len(frame) for frame in known} == {FRAME}


def test_what_is_no_sound_is_named(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no sound")
    for name in ("text", "absent"):
        with pytest.raises(PromptMissing, match=name):
            Voice(tmp_path).phrase(name)
