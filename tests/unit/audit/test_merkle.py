"""The Merkle tree against the words of RFC 6962."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovoz.platform.audit.rules.merkle import inclusion_path, leaf_hash, merkle_root, root_from_path

CONTENTS = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def split(count: int) -> int:
    """The largest power of two below `count`."""
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def mth(contents: Sequence[bytes]) -> bytes:
    """MTH(D[n]) as section 2.1 defines it."""
    if len(contents) == 1:
        return sha256(b"\x00" + contents[0]).digest()
    k = split(len(contents))
    return sha256(b"\x01" + mth(contents[:k]) + mth(contents[k:])).digest()


def path(m: int, contents: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n]) as section 2.1.1 defines it."""
    if len(contents) == 1:
        return []
    k = split(len(contents))
    if m < k:
        return [*path(m, contents[:k]), mth(contents[k:])]
    return [*path(m - k, contents[k:]), mth(contents[:k])]


@given(CONTENTS)
def test_the_root_is_that_of_the_rfc(contents: list[bytes]) -> None:
    assert merkle_root([leaf_hash(content) for content in contents]) == mth(contents)


@given(CONTENTS, st.data())
def test_the_path_is_that_of_the_rfc_and_leads_to_the_root(
    contents: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(contents) - 1))
    leaves = [leaf_hash(content) for content in contents]
    found = inclusion_path(leaves, index)
    assert found == path(index, contents)
    assert root_from_path(leaves[index], index, len(leaves), found) == mth(contents)


@given(st.lists(st.binary(max_size=8), min_size=2, max_size=70, unique=True), st.data())
def test_no_other_leaf_place_or_path_leads_there(contents: list[bytes], data: st.DataObject) -> None:
    leaves = [leaf_hash(content) for content in contents]
    index, other = data.draw(st.permutations(range(len(leaves))))[:2]
    right = inclusion_path(leaves, index)
    root = merkle_root(leaves)
    assert root_from_path(leaves[other], index, len(leaves), right) != root
    assert root_from_path(leaves[index], other, len(leaves), right) != root
    at = data.draw(st.integers(0, len(right) - 1))
    damaged = [*right[:at], bytes(32), *right[at + 1 :]]
    assert root_from_path(leaves[index], index, len(leaves), damaged) != root
    assert root_from_path(leaves[index], index, len(leaves), right[:-1]) != root
    assert root_from_path(leaves[index], index, len(leaves), [*right, bytes(32)]) != root


def test_a_known_tree() -> None:
    """The inputs and root that Certificate Transparency's own reference tests use."""
    contents = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243")]
    contents += [bytes.fromhex("5051525354555657"), bytes.fromhex("606162636465666768696a6b6c6d6e6f")]
    root = merkle_root([leaf_hash(content) for content in contents])
    assert root.hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_there_is_no_empty_tree() -> None:
    with pytest.raises(ValueError, match="at least one"):
        merkle_root([])
