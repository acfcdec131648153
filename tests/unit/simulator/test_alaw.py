"""A-law against its definition."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from ovoz.simulator import alaw

SAMPLES = st.integers(-32768, 32767)


@given(SAMPLES)
def test_a_sample_becomes_one_of_the_two_next_levels(sample: int) -> None:
    code = alaw.encode(struct.pack("<h", sample))[0]
    distance = abs(alaw.DECODED[code] - sample)
    nearest = min(abs(level - sample) for level in alaw.DECODED)
    # Where a step doubles, the decision lies at the step's edge and not in the middle of two levels (G.711 table 1).
    assert distance <= max(8, 2 * nearest)


@given(st.integers(0, 255))
def test_a_level_is_kept(code: int) -> None:
    assert alaw.encode(struct.pack("<h", alaw.DECODED[code])) == bytes([code])


def test_known_values() -> None:
    """ITU-T G.711 table 1: the largest values, and zero."""
    assert alaw.encode(struct.pack("<4h", 32767, -32768, 0, -1)) == bytes([0xAA, 0x2A, 0xD5, 0x55])
    assert (alaw.DECODED[0xAA], alaw.DECODED[0x2A]) == (32256, -32256)


@given(st.binary(max_size=1000))
def test_frames_keep_every_byte_and_are_whole(code: bytes) -> None:
    frames = alaw.frames(code)
    assert all(len(frame) == alaw.FRAME for frame in frames)
    joined = b"".join(frames)
    assert joined[: len(code)] == code
    assert len(joined) - len(code) < alaw.FRAME
    assert set(joined[len(code) :]) <= {0xD5}
