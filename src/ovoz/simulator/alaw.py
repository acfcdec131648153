"""G.711 A-law (ITU-T G.711): 8000 samples a second, one byte each."""

import array
import sys

RATE = 8000
FRAME = 160
"""Samples of one packet: 20 ms."""
FRAME_S = FRAME / RATE
SILENCE = b"\xd5" * FRAME


def _decoded(code: int) -> int:
    bits = code ^ 0x55
    exponent, mantissa = (bits >> 4) & 7, bits & 15
    size = mantissa * 16 + 8 if exponent == 0 else (mantissa * 16 + 264) << (exponent - 1)
    return size if bits & 0x80 else -size


def _encoded(sample: int) -> int:
    """The code of a 13-bit sample."""
    sign, size = (0x80, sample) if sample >= 0 else (0, -sample - 1)
    exponent = max(0, size.bit_length() - 5)
    mantissa = (size >> max(1, exponent)) & 15
    return (sign | exponent << 4 | mantissa) ^ 0x55


DECODED = tuple(_decoded(code) for code in range(256))
"""The 16-bit sample of each code."""
_ENCODED = b"".join(bytes([_encoded(index if index < 4096 else index - 8192)]) * 8 for index in range(8192))
"""The code of each 16-bit sample, two's complement: A-law sees 13 bits."""


def encode(pcm: bytes) -> bytes:
    """16-bit little-endian samples as A-law."""
    samples = array.array("H", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    return bytes(map(_ENCODED.__getitem__, samples))


def frames(code: bytes) -> list[bytes]:
    """Packets' contents; the last one is filled up with silence."""
    return [code[start : start + FRAME].ljust(FRAME, b"\xd5") for start in range(0, len(code), FRAME)]
