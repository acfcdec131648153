"""Music on hold of our own making: none is shipped with Asterisk, and no licence is in the way of this one."""

import math
import struct
import wave
from pathlib import Path

RATE = 8000
BAR_S = 2.4
# Am7 · Fmaj7 · C · G, twice, with the inner voices moved the second time; frequencies in hertz.
CHORDS = (
    (110.0, 220.0, 261.63, 329.63, 392.0),
    (87.31, 174.61, 220.0, 261.63, 329.63),
    (130.81, 196.0, 261.63, 329.63, 392.0),
    (98.0, 196.0, 246.94, 293.66, 392.0),
    (110.0, 220.0, 329.63, 392.0, 523.25),
    (87.31, 174.61, 261.63, 329.63, 440.0),
    (130.81, 196.0, 329.63, 392.0, 523.25),
    (98.0, 196.0, 293.66, 392.0, 493.88),
)
REPEATS = 2
LEVEL = 2600


def write_music(path: Path) -> None:
    """About forty seconds of soft arpeggios, 8 kHz mono; the end flows into the beginning."""
    total = round(len(CHORDS) * REPEATS * BAR_S * RATE)
    samples = [0.0] * total
    for bar in range(len(CHORDS) * REPEATS):
        chord = CHORDS[bar % len(CHORDS)]
        for step in range(8):
            note = chord[0] if step == 0 else chord[1 + (step * 2 + bar) % 4]
            start = round((bar * BAR_S + step * BAR_S / 8) * RATE)
            _pluck(samples, start, note, 0.9 if step == 0 else 0.5)
    peak = max(abs(sample) for sample in samples)
    frames = b"".join(struct.pack("<h", round(sample / peak * LEVEL)) for sample in samples)
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(frames)


def _pluck(samples: list[float], start: int, frequency: float, loudness: float) -> None:
    for index in range(round(1.6 * RATE)):
        seconds = index / RATE
        envelope = min(1.0, seconds / 0.02) * math.exp(-2.4 * seconds)
        phase = 2 * math.pi * frequency * seconds
        tone = math.sin(phase) + 0.35 * math.sin(2 * phase) + 0.12 * math.sin(3 * phase)
        samples[(start + index) % len(samples)] += loudness * envelope * tone
