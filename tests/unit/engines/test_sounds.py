"""What an installation has to play, and how Asterisk is told of it."""

import wave
from pathlib import Path

import pytest

from ovoz.engines import asterisk
from ovoz.engines.asterisk_package import SAID
from ovoz.engines.layout import Layout
from ovoz.engines.music import CALM, LIGHT, write_music
from ovoz.lib.settings import Settings
from ovoz.lib.sounds import Sounds


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(Settings.from_environment({"OVOZ_HOME": str(tmp_path / "home")}))


def put(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")


def test_what_is_shipped(layout: Layout) -> None:
    assert asterisk.sounds(layout) == Sounds(("ru", "en"), ("default",))


def test_a_language_counts_once_every_prompt_is_there(layout: Layout) -> None:
    for name in SAID[1:]:
        put(layout.prompts / "tg" / f"{name}.wav")
    assert asterisk.sounds(layout).languages == ("ru", "en")
    put(layout.prompts / "tg" / f"{SAID[0]}.gsm")
    assert asterisk.sounds(layout).languages == ("ru", "en", "tg")


def test_each_folder_with_music_is_a_piece(layout: Layout) -> None:
    put(layout.music / "calm.wav")
    put(layout.music / "light" / "light.wav")
    put(layout.music / "spring" / "one.wav")
    put(layout.music / "Not a name" / "one.wav")
    put(layout.music / "default" / "one.wav")
    put(layout.music / "empty" / "one.txt")
    assert asterisk.sounds(layout).music == ("default", "light", "spring")


def test_two_pieces_are_made_and_differ(tmp_path: Path) -> None:
    write_music(tmp_path / "calm.wav", CALM)
    write_music(tmp_path / "light.wav", LIGHT)
    frames = []
    for name in ("calm", "light"):
        with wave.open(str(tmp_path / f"{name}.wav")) as file:
            assert (file.getframerate(), file.getnchannels()) == (8000, 1)
            assert file.getnframes() > 20 * 8000
            frames.append(file.readframes(8000))
    assert frames[0] != frames[1]
