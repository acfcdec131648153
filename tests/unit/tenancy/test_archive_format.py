"""The archive's format: what was sealed opens, and only as it was."""

import hashlib
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from ovoz.platform.tenancy.errors import ArchiveDamaged
from ovoz.platform.tenancy.rules.archive_format import (
    CHUNK,
    SALT_BYTES,
    KeyMaking,
    Manifest,
    Member,
    MemberSealer,
    open_member,
    passphrase_key,
    recipient_key,
    sealed_size,
    sender_key,
)

KEY = hashlib.sha256(b"a key").digest()
SALT = bytes(range(SALT_BYTES))
sizes = st.one_of(
    st.integers(0, 300), st.sampled_from([CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5])
)


def sealed(plain: bytes, cuts: list[int], name: str = "tables/x/000001") -> bytes:
    sealer = MemberSealer(KEY, name, SALT)
    places = [0, *sorted(cut % (len(plain) + 1) for cut in cuts), len(plain)]
    return b"".join(sealer.feed(plain[start:end]) for start, end in pairwise(places)) + sealer.finish()


def opened(content: bytes, name: str = "tables/x/000001", step: int = 1 << 20) -> bytes:
    parts = (content[start : start + step] for start in range(0, len(content), step))
    return b"".join(open_member(KEY, name, parts))


@given(sizes, st.lists(st.integers(0, 1 << 20), max_size=5), st.integers(1000, 1 << 18))
def test_what_was_sealed_in_any_parts_opens_in_any_parts(size: int, cuts: list[int], step: int) -> None:
    plain = (hashlib.sha256(str(size).encode()).digest() * (size // 32 + 1))[:size]
    content = sealed(plain, cuts)
    assert len(content) == sealed_size(size)
    assert opened(content, step=step) == plain


@given(sizes, st.data())
def test_no_bit_may_change_and_nothing_may_be_missing(size: int, data: st.DataObject) -> None:
    content = bytearray(sealed(bytes(size), []))
    if data.draw(st.booleans()):
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    else:
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    with pytest.raises(ArchiveDamaged):
        opened(bytes(content))


def test_members_and_chunks_cannot_be_exchanged() -> None:
    content = sealed(bytes(3 * CHUNK), [])
    with pytest.raises(ArchiveDamaged):
        opened(content, name="tables/x/000002")
    first, second = (content[SALT_BYTES + at * (CHUNK + 16) :][: CHUNK + 16] for at in (0, 1))
    swapped = content[:SALT_BYTES] + second + first + content[SALT_BYTES + 2 * (CHUNK + 16) :]
    with pytest.raises(ArchiveDamaged):
        opened(swapped)


def test_a_member_opens_by_the_description_alone() -> None:
    """docs/developer/tenant-archive.md, without our code."""
    content = sealed(b"hello", [], "objects/one")
    key = HKDF(SHA256(), 32, salt=content[:16], info=b"ovoz archive v1\0member\0objects/one").derive(KEY)
    assert AESGCM(key).decrypt(bytes(11) + b"\1", content[16:], None) == b"hello"


def test_sender_and_recipient_agree_and_nobody_else_does() -> None:
    private, ephemeral = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key = sender_key(public, ephemeral)
    making = KeyMaking(
        "x25519", ephemeral=ephemeral.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    )
    raw = (Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    assert recipient_key(private.private_bytes(*raw), making) == key
    assert recipient_key(X25519PrivateKey.generate().private_bytes(*raw), making) != key


def test_a_passphrase_makes_the_same_key_and_no_archive_may_ask_for_all_memory() -> None:
    making = KeyMaking("scrypt", salt="00" * 16)
    assert passphrase_key("correct horse", making) == passphrase_key("correct horse", making)
    assert passphrase_key("correct horse", making) != passphrase_key("correct house", making)
    with pytest.raises(ArchiveDamaged):
        passphrase_key("correct horse", KeyMaking("scrypt", salt="00" * 16, n=1 << 30))


def test_a_manifest_is_proven_by_its_key_only() -> None:
    manifest = Manifest([Member("tables/x/000001", 5, "00")], [], []).sealed_with(KEY)
    assert manifest.proven_by(KEY)
    assert not manifest.proven_by(bytes(32))
    changed = Manifest([Member("tables/x/000001", 6, "00")], [], [], manifest.mac)
    assert not changed.proven_by(KEY)
