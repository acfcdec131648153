"""Fields at rest: only the place that a value was sealed for opens it, whatever is done to it."""

from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ovoz.lib.sealed_fields import SEALED, FieldKeys, FieldUnreadable

PLACE = "interaction.note"
ROW = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
KEYS = FieldKeys({1: b"a" * 32, 2: b"b" * 32})
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.text())
def test_what_is_sealed_is_opened_and_cannot_be_seen(words: str) -> None:
    sealed = KEYS.seal(words, PLACE, ROW)
    assert KEYS.open(sealed, PLACE, ROW) == words
    if len(words) > 2:
        assert words.encode() not in sealed
        assert KEYS.seal(words, PLACE, ROW) != sealed, "the same words look different each time"


@given(json_values)
def test_any_json_value_can_be_a_sealed_member(value: object) -> None:
    kept = msgspec.json.decode(msgspec.json.encode(KEYS.seal_json(value, PLACE, ROW)))
    assert kept.keys() == {SEALED}
    assert KEYS.open_json(kept, PLACE, ROW) == value


@given(json_values)
def test_a_member_that_was_not_sealed_is_as_it_is(value: object) -> None:
    assume(not (isinstance(value, dict) and value.keys() == {SEALED}))
    assert KEYS.open_json(value, PLACE, ROW) == value


@given(st.text(min_size=1), st.data())
def test_a_changed_value_is_refused(words: str, data: st.DataObject) -> None:
    sealed = bytearray(KEYS.seal(words, PLACE, ROW))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(FieldUnreadable):
        KEYS.open(bytes(sealed), PLACE, ROW)
    with pytest.raises(FieldUnreadable):
        KEYS.open(bytes(sealed[:place]) or b"\0", PLACE, ROW)


@pytest.mark.parametrize(
    ("keys", "place", "row"),
    [
        (FieldKeys({1: b"a" * 32, 2: b"c" * 32}), PLACE, ROW),
        (FieldKeys({1: b"a" * 32}), PLACE, ROW),
        (KEYS, "interaction.caller_name", ROW),
        (KEYS, PLACE, uuid4()),
    ],
    ids=["another tenant's", "a version that is not there", "another column", "another row"],
)
def test_no_other_key_or_place_opens_it(keys: FieldKeys, place: str, row: UUID) -> None:
    with pytest.raises(FieldUnreadable):
        keys.open(KEYS.seal("words", PLACE, ROW), place, row)


@pytest.mark.parametrize("kept", [{SEALED: "%"}, {SEALED: 1}, {SEALED: ""}, {SEALED: "AAAA"}])
def test_what_only_looks_sealed_is_refused(kept: object) -> None:
    with pytest.raises(FieldUnreadable):
        KEYS.open_json(kept, PLACE, ROW)


def test_a_new_version_seals_only_when_told_and_old_ones_open() -> None:
    old = FieldKeys({1: b"a" * 32})
    waiting = FieldKeys({1: b"a" * 32, 2: b"b" * 32}, sealing=1)
    assert old.open(waiting.seal("words", PLACE, ROW), PLACE, ROW) == "words"
    assert KEYS.open(old.seal("words", PLACE, ROW), PLACE, ROW) == "words"


def test_pseudonyms_outlive_a_rotation_and_differ_between_tenants() -> None:
    number = "+992900000321"
    assert KEYS.pseudonym(number) == FieldKeys({1: b"a" * 32}).pseudonym(number)
    assert KEYS.pseudonym(number) != FieldKeys({1: b"z" * 32}).pseudonym(number)
    assert number[4:] not in KEYS.pseudonym(number)
