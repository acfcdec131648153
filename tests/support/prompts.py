"""Which prompt is heard, and when: by comparing with its file."""

import subprocess
from pathlib import Path

import numpy as np

RATE = 8000
ALIKE = 0.6
"""From this correlation on it is the same sentence, through whatever codecs; others stay below .2."""
THE_SAME = 0.95
"""Music is more like other music than words are like others; the file itself comes through at .99."""


def prompt(path: Path) -> np.ndarray:
    """The samples of a prompt of whatever format, 8 kHz."""
    decoded = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(path), "-f", "s16le", "-ar", str(RATE), "-ac", "1", "-"],
        check=True,
        capture_output=True,
    )
    return np.frombuffer(decoded.stdout, "<i2").astype(float)


def place_of(said: np.ndarray, heard: np.ndarray) -> tuple[float, float]:
    """Where in what was heard the prompt begins (seconds), and how alike it is there (up to 1)."""
    said, heard = said.astype(float), heard.astype(float)
    if len(heard) < len(said):
        return 0.0, 0.0
    size = len(heard) + len(said)
    products = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size)), size)
    energy = np.concatenate([[0.0], np.cumsum(heard**2)])
    places = len(heard) - len(said) + 1
    norms = np.sqrt(np.maximum(energy[len(said) :] - energy[:places], 1.0)) * np.linalg.norm(said)
    alike = products[:places] / norms
    best = int(np.argmax(alike))
    return best / RATE, float(alike[best])
