"""Music on hold of our own making: none is shipped with Asterisk, and no licence is in the way of this one."""

import math
import struct
import wave
from pathlib import Path
from typing import NamedTuple

RATE = 8000
REPEATS = 2
LEVEL = 2600


class Piece(NamedTuple):
    """Chords in hertz, the lowest note first, each of them one bar long."""

    bar_s: float
    chords: tuple[tuple[float, ...], ...]


# Am7 · Fmaj7 · C · G, twice, with the inner voices moved the second time.
CALM = Piece(
    2.4,
    (
        (110.0, 220.0, 261.63, 329.63, 392.0),
        (87.31, 174.61, 220.0, 261.63, 329.63),
        (130.81, 196.0, 261.63, 329.63, 392.0),
        (98.0, 196.0, 246.94, 293.66, 392.0),
        (110.0, 220.0, 329.63, 392.0, 523.25),
        (87.31, 174.61, 261.63, 329.63, 440.0),
        (130.81, 196.0, 329.63, 392.0, 523.25),
        (98.0, 196.0, 293.66, 392.0, 493.88),
    ),
)
# D · Bm7 · G · A, higher and quicker.
LIGHT = Piece(
    1.6,
    (
        (146.83, 293.66, 369.99, 440.0, 587.33),
        (123.47, 293.66, 369.99, 440.0, 493.88),
        (98.0, 293.66, 392.0, 493.88, 587.33),
        (110.0, 277.18, 329.63, 440.0, 554.37),
        (146.83, 369.99, 440.0, 587.33, 739.99),
        (123.47, 369.99, 493.88, 587.33, 739.99),
        (98.0, 392.0, 493.88, 587.33, 783.99),
        (110.0, 329.63, 440.0, 554.37, 659.26),
    ),
)


def write_music(path: Path, piece: Piece) -> None:
    """Half a minute of soft arpeggios, 8 kHz mono; the end flows into the beginning."""
    bar_s, chords = piece
    total = round(len(chords) * REPEATS * bar_s * RATE)
    samples = [0.0] * total
    for bar in range(len(chords) * REPEATS):
        chord = chords[bar % len(chords)]
        for step in range(8):
            note = chord[0] if step == 0 else chord[1 + (step * 2 + bar) % 4]
            start = round((bar * bar_s + step * bar_s / 8) * RATE)
            _pluck(samples, start, note, 0.9 if step == 0 else 0.5)
    peak = max(abs(sample) for sample in samples)
    frames = b"".join(struct.pack("<h", round(sample / peak * LEVEL)) for sample in samples)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with wave.open(str(part), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(frames)
    part.replace(path)


def _pluck(samples: list[float], start: int, frequency: float, loudness: float) -> None:
    for index in range(round(1.6 * RATE)):
        seconds = index / RATE
        envelope = min(1.0, seconds / 0.02) * math.exp(-2.4 * seconds)
        phase = 2 * math.pi * frequency * seconds
        tone = math.sin(phase) + 0.35 * math.sin(2 * phase) + 0.12 * math.sin(3 * phase)
        samples[(start + index) % len(samples)] += loudness * envelope * tone
