"""What a sealed object promises: only the whole, unmoved, own object of the own tenant opens."""

from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from ovoz.contact_center.recordings.errors import RecordingDamaged
from ovoz.contact_center.recordings.rules.sealed_format import (
    CHUNK,
    HEADER_SIZE,
    TAG,
    ChunkCipher,
    Header,
    Sealer,
    chunk_count,
    chunk_place,
    sealed_size,
)

TENANT = "somonabcdefg"
OBJECT = UUID(int=7)
KEY = bytes(range(32))

sizes = st.one_of(
    st.integers(0, 300),
    st.sampled_from([CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1, 3 * CHUNK - 1]),
)
randomness = st.tuples(st.binary(min_size=16, max_size=16), st.binary(min_size=7, max_size=7))


def text_of(size: int) -> bytes:
    return (b"conversation" * (size // 12 + 1))[:size]


def seal(plain: bytes, header: Header, *, parts: int = 1, key: bytes = KEY) -> bytes:
    sealer = Sealer(ChunkCipher(key, TENANT, OBJECT, header), header)
    step = max(1, -(-len(plain) // parts))
    fed = [sealer.feed(plain[at : at + step]) for at in range(0, len(plain), step)]
    return b"".join(fed) + sealer.finish()


def open_whole(
    sealed: bytes, size: int, *, key: bytes = KEY, tenant: str = TENANT, object_id: UUID = OBJECT
) -> bytes:
    cipher = ChunkCipher(key, tenant, object_id, Header.decoded(sealed[:HEADER_SIZE]))
    count = chunk_count(size)
    places = [chunk_place(index, size) for index in range(count)]
    return b"".join(
        cipher.open(index, index == count - 1, sealed[place : place + length])
        for index, (place, length) in enumerate(places)
    )


@given(size=sizes, parts=st.integers(1, 9), random=randomness)
def test_what_is_sealed_in_any_parts_opens_again(size: int, parts: int, random: tuple[bytes, bytes]) -> None:
    plain = text_of(size)
    sealed = seal(plain, Header(3, *random), parts=parts)
    assert len(sealed) == sealed_size(size)
    assert sealed == seal(plain, Header(3, *random))
    assert Header.decoded(sealed[:HEADER_SIZE]) == Header(3, *random)
    assert open_whole(sealed, size) == plain


def test_the_format_is_what_its_description_says() -> None:
    """Opened with nothing of ours, so that a future version, or an auditor, can do the same."""
    plain = text_of(CHUNK + 5)
    header = Header(9, b"s" * 16, b"p" * 7)
    sealed = seal(plain, header)
    assert sealed[:4] == b"OVZR"
    assert sealed[8 - 0 : 12] == (9).to_bytes(4, "big")
    context = TENANT.encode() + b"\0" + OBJECT.bytes
    key = HKDF(SHA256(), 32, salt=b"s" * 16, info=b"ovoz sealed object v1\0" + context).derive(KEY)
    first, rest = sealed[HEADER_SIZE : HEADER_SIZE + CHUNK + TAG], sealed[HEADER_SIZE + CHUNK + TAG :]
    associated = sealed[:HEADER_SIZE] + context
    opened = AESGCM(key).decrypt(b"p" * 7 + b"\0\0\0\0\0", first, associated)
    opened += AESGCM(key).decrypt(b"p" * 7 + b"\0\0\0\1\1", rest, associated)
    assert opened == plain


@given(size=sizes, at=st.integers(0), bit=st.integers(0, 7))
def test_any_changed_bit_is_refused(size: int, at: int, bit: int) -> None:
    sealed = bytearray(seal(text_of(size), Header(1, b"s" * 16, b"p" * 7)))
    sealed[at % len(sealed)] ^= 1 << bit
    with pytest.raises(RecordingDamaged):
        open_whole(bytes(sealed), size)


@given(size=sizes.filter(lambda size: size > 0), cut=st.integers(1))
def test_what_was_shortened_is_refused_even_at_a_chunk_border(size: int, cut: int) -> None:
    sealed = seal(text_of(size), Header(1, b"s" * 16, b"p" * 7))
    for shorter_size in {size - 1 - cut % size, (size - 1) // CHUNK * CHUNK}:
        with pytest.raises(RecordingDamaged):
            open_whole(sealed[: sealed_size(shorter_size)], shorter_size)


def test_chunks_in_another_order_are_refused() -> None:
    size = 3 * CHUNK
    sealed = seal(text_of(size), Header(1, b"s" * 16, b"p" * 7))
    cipher = ChunkCipher(KEY, TENANT, OBJECT, Header.decoded(sealed[:HEADER_SIZE]))
    chunks = [sealed[place : place + length] for place, length in (chunk_place(i, size) for i in range(3))]
    for place in range(3):
        for chunk in range(3):
            if place == chunk:
                assert cipher.open(place, place == 2, chunks[chunk])
            else:
                with pytest.raises(RecordingDamaged):
                    cipher.open(place, place == 2, chunks[chunk])


@pytest.mark.parametrize(
    "other",
    [{"key": bytes(32)}, {"tenant": "othertenant1"}, {"object_id": uuid4()}],
    ids=["another tenant's key", "another tenant", "another object"],
)
def test_a_swapped_object_is_refused(other: dict[str, object]) -> None:
    sealed = seal(text_of(100), Header(1, b"s" * 16, b"p" * 7))
    with pytest.raises(RecordingDamaged):
        open_whole(sealed, 100, **other)  # type: ignore[arg-type]


def test_a_chunk_of_another_sealing_of_the_same_object_is_refused() -> None:
    one = seal(text_of(100), Header(1, b"s" * 16, b"p" * 7))
    two = seal(text_of(100), Header(1, b"t" * 16, b"p" * 7))
    with pytest.raises(RecordingDamaged):
        open_whole(one[:HEADER_SIZE] + two[HEADER_SIZE:], 100)


@given(st.binary(max_size=80))
def test_anything_else_is_no_header(data: bytes) -> None:
    with pytest.raises(RecordingDamaged):
        Header.decoded(data)
