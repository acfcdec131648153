"""One entry has one canonical form, and no two entries share one."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.audit import entry

from ovoz.platform.audit.rules.canonical import canonical, canonical_entry, parse_values, reserved_member

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_it_is_json_that_says_the_same(value: Any) -> None:
    assert json.loads(canonical(value)) == value
    assert canonical(value).decode() == json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


@given(st.dictionaries(TEXT, VALUES, max_size=6), st.randoms())
def test_the_order_of_members_does_not_matter(value: dict[str, Any], random: Any) -> None:
    names = list(value)
    random.shuffle(names)
    assert canonical({name: value[name] for name in names}) == canonical(value)


def test_numbers_keep_their_digits() -> None:
    values = parse_values('{"share": 0.10, "big": 12345678901234567890.123456789, "count": 3}')
    assert canonical(values) == b'{"big":12345678901234567890.123456789,"count":3,"share":0.10}'
    assert canonical(Decimal("1E+3")) == b"1000"
    with pytest.raises(TypeError):
        canonical({"share": 0.1})


def test_times_are_in_utc_whatever_zone_they_came_in() -> None:
    at = datetime(2026, 11, 25, 5, 0, tzinfo=timezone(timedelta(hours=5)))
    assert canonical(at) == canonical(at.astimezone(UTC)) == b'"2026-11-25T00:00:00.000000Z"'


@pytest.mark.parametrize(
    "change",
    [
        {"position": 2},
        {"id": UUID(int=77)},
        {"at": datetime(2026, 11, 25, 0, 0, 0, 1, UTC)},
        {"act": "people.removed"},
        {"actor_kind": "service"},
        {"actor_id": None},
        {"actor_name": "Другая"},
        {"session_id": UUID(int=5)},
        {"address": "10.0.0.2"},
        {"subject_kind": "queue"},
        {"subject_id": ""},
        {"reason": "why"},
        {"before": {}},
        {"after": {"role": "Agent"}},
        {"after": None},
    ],
)
def test_a_change_of_any_field_shows(change: dict[str, Any]) -> None:
    first = entry(1, after={"role": "agent"})
    assert set(change) <= set(msgspec.structs.asdict(first))
    assert canonical_entry(msgspec.structs.replace(first, **change)) != canonical_entry(first)


def test_an_encrypted_value_has_a_form_and_its_name_is_reserved() -> None:
    envelope = {"$enc": {"k": "s1", "n": "AAAA", "c": "BBBB"}}
    assert json.loads(canonical({"name": envelope})) == {"name": envelope}
    assert reserved_member({"name": envelope, "others": [envelope]}) is None
    assert reserved_member({"name": {**envelope, "plain": "Али"}}) == "$enc"
    assert reserved_member({"list": [{"$ref": 1}]}) == "$ref"
