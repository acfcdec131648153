"""Whatever a forger does to the entries: exactly that is named, and nothing else."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from tests.support.audit import entry, seals_over, sign_with

from ovoz.platform.audit.contracts import Anchors, Entry, Finding, Seal
from ovoz.platform.audit.rules.examination import EntryExaminer, check_anchors, examine_seals
from ovoz.platform.audit.rules.seals import (
    RECORD,
    decode_leaves,
    encode_leaves,
    row_of,
    seal_of,
    what_is_wrong,
)

TENANT = "somonsomonso"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
_, KEYS = sign_with(KEY)
SIZES = st.lists(st.integers(1, 5), min_size=1, max_size=4)


def batches(sizes: list[int], gaps: int = 2) -> list[list[Entry]]:
    """Entries at positions 2, 4, 6 …: the odd ones were never given."""
    positions = iter(range(gaps, 1000, gaps))
    return [[entry(next(positions)) for _ in range(size)] for size in sizes]


def examine(seals: list[Seal], entries: list[Entry], anchors: Anchors | None = None) -> list[Finding]:
    believed, _, findings = examine_seals(TENANT, [row_of(seal) for seal in seals], KEYS, anchors)
    examiner = EntryExaminer(believed)
    for one in sorted(entries, key=lambda each: each.position):
        examiner.feed(one)
    return findings + examiner.finish()


def naive(sealed: dict[int, Entry], entries: dict[int, Entry], last: int) -> set[tuple[str, UUID]]:
    """What must be said, by looking at every position and id at leisure."""
    said: set[tuple[str, UUID]] = set()
    at = {one.id: position for position, one in entries.items()}
    for position, was in sealed.items():
        now = entries.get(position)
        if was.id in at and at[was.id] != position:
            said.add(("entry_moved", was.id))
        elif now is None or (now.id != was.id and was.id not in at and _is_moved(now, sealed, position)):
            said.add(("entry_removed", was.id))
        elif now != was:
            said.add(("entry_changed", was.id))
    ids = {was.id for was in sealed.values()}
    for position, now in entries.items():
        beside = position not in sealed and position <= last
        in_the_place_of_a_moved_one = position in sealed and sealed[position].id in at
        if now.id not in ids and (beside or in_the_place_of_a_moved_one):
            said.add(("entry_inserted", now.id))
    return said


def _is_moved(now: Entry, sealed: dict[int, Entry], position: int) -> bool:
    return any(was.id == now.id and at != position for at, was in sealed.items())


@given(SIZES, st.data())
def test_forgeries_are_named_as_a_naive_look_names_them(sizes: list[int], data: st.DataObject) -> None:
    parts = batches(sizes)
    seals = seals_over(TENANT, parts, KEY)
    sealed = {one.position: one for part in parts for one in part}
    last = max(sealed)
    rows = dict(sealed)
    for _ in range(data.draw(st.integers(0, 6))):
        forge = data.draw(st.sampled_from(["change", "remove", "insert", "move", "exchange", "append"]))
        taken, free = sorted(rows), [p for p in range(1, last + 4) if p not in rows]
        if forge in ("insert", "append") and free:
            place = (
                data.draw(st.sampled_from(free)) if forge == "insert" else last + data.draw(st.integers(1, 9))
            )
            rows.setdefault(place, entry(place, id=UUID(int=data.draw(st.integers(1, 900)) * 10_000 + place)))
        elif not taken:
            continue
        elif forge == "change":
            place = data.draw(st.sampled_from(taken))
            rows[place] = msgspec.structs.replace(rows[place], actor_name="Никто")
        elif forge == "remove":
            del rows[data.draw(st.sampled_from(taken))]
        elif forge == "move" and free:
            place, to = data.draw(st.sampled_from(taken)), data.draw(st.sampled_from(free))
            rows[to] = msgspec.structs.replace(rows.pop(place), position=to)
        elif forge == "exchange" and len(taken) > 1:
            one, two = data.draw(st.permutations(taken))[:2]
            rows[one], rows[two] = (
                msgspec.structs.replace(rows[two], position=one),
                msgspec.structs.replace(rows[one], position=two),
            )
    found = examine(seals, list(rows.values()))
    assert {(finding.kind, finding.id) for finding in found} == naive(sealed, rows, last)
    assert len(found) == len({(finding.kind, finding.id) for finding in found})


@given(SIZES, st.data())
def test_any_changed_bit_of_a_seal_shows(sizes: list[int], data: st.DataObject) -> None:
    parts = batches(sizes)
    seals = seals_over(TENANT, parts, KEY)
    index = data.draw(st.integers(0, len(seals) - 1))
    row = row_of(seals[index])
    field = data.draw(
        st.sampled_from(["leaves", "root", "previous_root", "signature", "key_id", "sealed_at"])
    )
    value: Any = getattr(row, field)
    if isinstance(value, bytes):
        at = data.draw(st.integers(0, len(value) * 8 - 1))
        value = bytes(byte ^ (1 << at % 8 if place == at // 8 else 0) for place, byte in enumerate(value))
    elif isinstance(value, str):
        value = "0" * 16
    else:
        value += timedelta(microseconds=data.draw(st.integers(1, 10**9)))
    rows = [row_of(seal) for seal in seals]
    rows[index] = msgspec.structs.replace(row, **{field: value})
    _, _, findings = examine_seals(TENANT, rows, KEYS, None)
    assert [finding.seal for finding in findings] == [index + 1]
    kept = Anchors(TENANT, KEYS, tuple(seals))
    believed, _, findings = examine_seals(TENANT, rows, KEYS, kept)
    assert [(finding.kind, finding.seal) for finding in findings] == [("seal_changed", index + 1)]
    assert believed == seals, "an anchor says what was there"


@given(SIZES, st.data())
def test_a_lost_seal_takes_nothing_else_into_doubt(sizes: list[int], data: st.DataObject) -> None:
    parts = batches(sizes)
    seals = seals_over(TENANT, parts, KEY)
    lost = data.draw(st.sampled_from(seals))
    found = examine([seal for seal in seals if seal is not lost], [one for part in parts for one in part])
    expected = [] if lost is seals[-1] else [("seal_removed", lost.number)]
    assert [(finding.kind, finding.seal) for finding in found] == expected


def test_a_chain_that_was_sealed_anew_in_the_middle_is_broken() -> None:
    parts = batches([2, 2, 2])
    seals = seals_over(TENANT, parts, KEY)
    parts[1][0] = msgspec.structs.replace(parts[1][0], act="people.nothing")
    forged = seals_over(TENANT, parts, KEY)
    found = examine([seals[0], forged[1], seals[2]], [one for part in parts for one in part])
    assert [(finding.kind, finding.seal) for finding in found] == [("chain_broken", 3)]


def test_an_anchor_that_was_forged_is_refused() -> None:
    seals = seals_over(TENANT, batches([2]), KEY)
    check_anchors(Anchors(TENANT, KEYS, tuple(seals)))
    changed = msgspec.structs.replace(seals[0], root=bytes(32))
    with pytest.raises(ValueError, match="root"):
        check_anchors(Anchors(TENANT, KEYS, (changed,)))
    with pytest.raises(ValueError, match="public key"):
        check_anchors(Anchors(TENANT, {}, tuple(seals)))


@given(SIZES)
def test_leaves_and_rows_come_back_as_they_were(sizes: list[int]) -> None:
    for seal in seals_over(TENANT, batches(sizes), KEY):
        assert decode_leaves(encode_leaves(seal.leaves)) == seal.leaves
        assert seal_of(row_of(seal)) == seal
        assert what_is_wrong(seal, KEYS) is None
        with pytest.raises(ValueError, match=str(RECORD)):
            decode_leaves(encode_leaves(seal.leaves)[:-1])
