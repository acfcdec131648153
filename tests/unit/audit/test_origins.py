"""A chain that moved twice: whose keys count where, and what is found when a move or a seal before it is touched."""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.support.audit import entry, sign_with

from ovoz.platform.audit.contracts import Finding, Origin, OriginRow, Seal, SealRow
from ovoz.platform.audit.rules.examination import examine_seals
from ovoz.platform.audit.rules.origins import SealsDigest, last_move, make_origin, origin_root, statement_of
from ovoz.platform.audit.rules.seals import first_previous_root, leaf_of, make_seal, row_of

AT = datetime(2026, 11, 25, tzinfo=UTC)
FIRST, SECOND, HERE, FORGER = (
    Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in range(4)
)
TENANTS = ("firstfirstfi", "secondsecond", "heherehereh1")


def seal(number: int, previous_root: bytes, key: Ed25519PrivateKey, actor: str = "Мадина") -> Seal:
    leaves = [leaf_of(entry(position, actor_name=actor)) for position in (2 * number - 1, 2 * number)]
    return make_seal(number, leaves, previous_root, AT, sign_with(key)[0], key.sign)


def move(
    rows: list[SealRow], moves: list[OriginRow], signed_there: Ed25519PrivateKey, key: Ed25519PrivateKey
) -> OriginRow:
    digest = SealsDigest()
    for row in rows:
        digest.feed(row)
    number = len(moves) + 1
    origin = make_origin(
        number,
        TENANTS[number],
        moves[-1] if moves else None,
        AT,
        sign_with(key)[0],
        installation=f"installation {number}",
        origin_tenant=TENANTS[number - 1],
        origin_slug="somon",
        last_seal=len(rows),
        last_position=2 * len(rows),
        seals_sha256=digest.hexdigest(),
        keys={id_: public.hex() for id_, public in sign_with(signed_there)[1].items()},
    )
    statement = statement_of(origin)
    return OriginRow(number, statement, key.sign(statement.encode()))


def moved_twice() -> tuple[list[SealRow], list[OriginRow]]:
    """Two seals at the first installation, two at the second, two here."""
    rows: list[SealRow] = []
    moves: list[OriginRow] = []
    root = first_previous_root(TENANTS[0])
    for key, next_key in ((FIRST, SECOND), (SECOND, HERE), (HERE, None)):
        for _ in range(2):
            made = seal(len(rows) + 1, root, key)
            rows.append(row_of(made))
            root = made.root
        if next_key is not None:
            moves.append(move(rows, moves, key, next_key))
            root = origin_root(moves[-1])
    return rows, moves


def examine(rows: list[SealRow], moves: list[OriginRow]) -> tuple[list[Origin], list[Finding]]:
    _, origins, findings = examine_seals(TENANTS[2], rows, sign_with(HERE)[1], None, moves)
    return origins, findings


def test_a_chain_that_moved_is_in_order_and_says_where_it_was() -> None:
    origins, findings = examine(*moved_twice())
    assert findings == []
    assert [(origin.installation, origin.origin_tenant, origin.last_position) for origin in origins] == [
        ("installation 1", TENANTS[0], 4),
        ("installation 2", TENANTS[1], 8),
    ]


def test_a_move_without_a_seal_since_is_what_the_next_seal_follows() -> None:
    _, moves = moved_twice()
    assert last_move(moves, 4) == moves[1]
    assert last_move(moves, 2) is last_move(moves, 5) is last_move([], 0) is None
    nothing_sealed = move([], [], FIRST, SECOND)
    assert last_move([nothing_sealed], 0) == nothing_sealed


def resigned(rows: list[SealRow], moves: list[OriginRow]) -> None:
    """The first installation's own key makes another past: each seal holds by itself."""
    other = seal(1, first_previous_root(TENANTS[0]), FIRST, "Никто")
    rows[0] = row_of(other)
    rows[1] = row_of(seal(2, other.root, FIRST))


def forged_signer(rows: list[SealRow], moves: list[OriginRow]) -> None:
    """A forger's key in the statement, and the seals signed anew with it."""
    rows[0] = row_of(seal(1, first_previous_root(TENANTS[0]), FORGER, "Никто"))
    origin = msgspec.json.decode(moves[0].statement, type=Origin)
    keys = {id_: public.hex() for id_, public in sign_with(FORGER)[1].items()}
    statement = statement_of(msgspec.structs.replace(origin, keys=keys))
    moves[0] = OriginRow(1, statement, FORGER.sign(statement.encode()))


def later_by_the_old_key(rows: list[SealRow], moves: list[OriginRow]) -> None:
    rows[5] = row_of(seal(6, rows[4].root, SECOND))


def change(part: int, **changes: object) -> Callable[[list[SealRow], list[OriginRow]], None]:
    def do(rows: list[SealRow], moves: list[OriginRow]) -> None:
        rows[part] = msgspec.structs.replace(rows[part], **changes)

    return do


def removed_move(number: int) -> Callable[[list[SealRow], list[OriginRow]], None]:
    def do(rows: list[SealRow], moves: list[OriginRow]) -> None:
        del moves[number - 1]

    return do


def anothers_move(rows: list[SealRow], moves: list[OriginRow]) -> None:
    origin = msgspec.structs.replace(
        msgspec.json.decode(moves[1].statement, type=Origin), tenant="otherotherot"
    )
    statement = statement_of(origin)
    moves[1] = OriginRow(2, statement, HERE.sign(statement.encode()))


FORGERIES: dict[
    str, tuple[Callable[[list[SealRow], list[OriginRow]], None], list[tuple[str, int | None]]]
] = {
    "a seal of before the move": (change(1, root=bytes(32)), [("seal_changed", 2)]),
    "a seal of after the move": (change(4, root=bytes(32)), [("seal_changed", 5)]),
    "another past by the old key": (resigned, [("origin_broken", None), ("origin_broken", None)]),
    "a forged signer": (
        forged_signer,
        [("origin_broken", None), ("seal_unproven", 1), ("seal_unproven", 2)],
    ),
    "a later seal by the old key": (later_by_the_old_key, [("seal_unproven", 6)]),
    "the first move is gone": (
        removed_move(1),
        [("origin_broken", None), ("seal_unproven", 1), ("seal_unproven", 2)],
    ),
    "the last move is gone": (
        removed_move(2),
        [("origin_broken", None), *(("seal_unproven", number) for number in (1, 2, 3, 4))],
    ),
    "another operator's move": (
        anothers_move,
        [("origin_broken", None), *(("seal_unproven", number) for number in (1, 2, 3, 4))],
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_is_found(forgery: str) -> None:
    forge, expected = FORGERIES[forgery]
    rows, moves = moved_twice()
    forge(rows, moves)
    _, findings = examine(rows, moves)
    assert [(finding.kind, finding.seal) for finding in findings] == expected, findings


def test_a_seal_of_another_copy_does_not_follow() -> None:
    """Restored twice: both copies go on from the same past, signed by the same key, and are not to be exchanged."""
    rows, moves = moved_twice()
    rows[4] = row_of(seal(5, rows[3].root, HERE))
    _, findings = examine(rows, moves)
    assert ("chain_broken", 5) in [(finding.kind, finding.seal) for finding in findings]


def test_every_seal_and_move_gone_is_found() -> None:
    rows, _ = moved_twice()
    assert examine(rows, [])[1]
