"""Opus in Ogg back to samples, by ffmpeg."""

import subprocess

import numpy as np

RATE = 8000


def decode_ogg(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Left and right at 8 kHz, 16 bits."""
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", "pipe:0", "-f", "s16le", "-ar", str(RATE), "-ac", "2", "pipe:1"],
        input=content,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    both = np.frombuffer(raw, "<i2").reshape(-1, 2)
    return both[:, 0], both[:, 1]
