"""What subscribers say, and what they recognise: prompts of Asterisk's Russian voice, as A-law frames."""

import wave
from collections.abc import Iterable
from pathlib import Path

from ovoz.simulator import alaw
from ovoz.simulator.rtp import is_quiet


class PromptMissing(Exception):
    """A sound file is not there or is no 8 kHz mono WAV; the message names it."""


def read_frames(path: Path) -> list[bytes]:
    """A WAV file (16 bits, 8 kHz, mono) as packets' contents."""
    try:
        with wave.open(str(path)) as sound:
            if (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) != (1, 2, alaw.RATE):
                raise PromptMissing(f"{path} is not 16 bits, 8000 Hz, mono")
            return alaw.frames(alaw.encode(sound.readframes(sound.getnframes())))
    except (OSError, EOFError, wave.Error) as error:
        raise PromptMissing(f"{path}: {error}") from error


def recordings(files: Iterable[Path]) -> frozenset[bytes]:
    """The frames of these files, without silence: what is heard from a machine and never from a person."""
    return frozenset(frame for path in files for frame in read_frames(path) if not is_quiet(frame))


class Voice:
    """Phrases by the names of the prompts (`hello`, `digits/5`), each read once."""

    def __init__(self, sounds: Path) -> None:
        self._sounds = sounds
        self._known: dict[str, list[bytes]] = {}

    def phrase(self, name: str) -> list[bytes]:
        if name not in self._known:
            self._known[name] = read_frames(self._sounds / f"{name}.wav")
        return self._known[name]


class Mouth:
    """What a subscriber says now: sentence after sentence, with pauses, from the beginning again at the end."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._frames: list[bytes | None] = []
        self._place = 0
        self._again = False

    @property
    def is_done(self) -> bool:
        return not self._again and self._place >= len(self._frames)

    def say(self, sentences: Iterable[tuple[tuple[str, ...], float]], *, again: bool) -> None:
        """Begins with these sentences: phrases, and the pause after them in seconds."""
        self._frames = []
        for phrases, pause_s in sentences:
            for name in phrases:
                self._frames.extend(self._voice.phrase(name))
            self._frames.extend([None] * round(pause_s / alaw.FRAME_S))
        self._place, self._again = 0, again and bool(self._frames)

    def be_silent(self) -> None:
        self._frames, self._place, self._again = [], 0, False

    def frame(self) -> bytes | None:
        """The next 20 ms; None while the subscriber is silent."""
        if self._again and self._place >= len(self._frames):
            self._place = 0
        if self._place >= len(self._frames):
            return None
        self._place += 1
        return self._frames[self._place - 1]
