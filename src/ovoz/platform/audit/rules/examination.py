"""What is wrong with an audit: seals against each other and against anchors, then entries against the seals."""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from ovoz.platform.audit.contracts import Anchors, Entry, Finding, Leaf, Origin, OriginRow, Seal, SealRow
from ovoz.platform.audit.rules.origins import SealsDigest, believe, keys_for, origin_root
from ovoz.platform.audit.rules.seals import first_previous_root, leaf_of, seal_of, what_is_wrong


def check_anchors(anchors: Anchors) -> None:
    """Raises ValueError where a file of anchors does not hold by itself."""
    for seal in anchors.seals:
        if seal.key_id not in anchors.keys:
            raise ValueError(
                f"seal {seal.number} is signed by {seal.key_id}, whose public key is not in the file"
            )
        if (wrong := what_is_wrong(seal, anchors.keys)) is not None:
            raise ValueError(f"seal {seal.number}: {wrong}")


def examine_seals(
    tenant_id: str,
    rows: Sequence[SealRow],
    keys: Mapping[str, bytes],
    anchors: Anchors | None,
    moves: Sequence[OriginRow] = (),
) -> tuple[list[Seal | None], list[Origin], list[Finding]]:
    """Seals 1, 2, … as they are to be believed (None where one is lost), moves as well, and what is wrong with them."""
    origins, broken = believe(tenant_id, moves, keys)
    beginnings = _beginnings(tenant_id, origins, moves, anchors, whole=not broken)
    stored = {row.number: row for row in rows}
    anchored = {seal.number: seal for seal in anchors.seals} if anchors else {}
    believed: list[Seal | None] = []
    findings: list[Finding] = []
    for number in range(1, max((*stored, *anchored), default=0) + 1):
        known = {**keys_for(number, origins, keys), **(anchors.keys if anchors else {})}
        seal, finding = _examine_row(number, stored.get(number), anchored.get(number), known)
        if finding is not None:
            findings.append(finding)
        before = believed[-1] if believed else None
        named = bool(findings) and findings[-1].seal in (number, number - 1)
        if seal is not None and not named:
            wrong = _breaks_chain(seal, before, beginnings.get(number))
            findings += [Finding("chain_broken", wrong, seal=number)] if wrong is not None else []
        believed.append(seal)
    return believed, origins, [*broken, *findings, *_exchanged(origins, rows, findings)]


def _beginnings(
    tenant_id: str,
    origins: Sequence[Origin],
    moves: Sequence[OriginRow],
    anchors: Anchors | None,
    *,
    whole: bool,
) -> dict[int, set[bytes]]:
    """What a seal may follow that does not follow the seal before it: the first one, and the first after a move."""
    first = {origins[0].origin_tenant if origins else tenant_id, *([anchors.tenant_id] if anchors else [])}
    beginnings = {1: {first_previous_root(tenant) for tenant in first}} if whole else {}
    statements = {row.number: row for row in moves}
    for origin in origins:
        beginnings[origin.last_seal + 1] = {origin_root(statements[origin.number])}
    return beginnings


def _exchanged(
    origins: Sequence[Origin], rows: Sequence[SealRow], findings: Sequence[Finding]
) -> list[Finding]:
    """Moves whose seals are not those that came, though each holds by itself: their old signer made others."""
    found = []
    for origin in origins:
        digest = SealsDigest()
        for row in rows:
            if row.number <= origin.last_seal:
                digest.feed(row)
        named = any(finding.seal is not None and finding.seal <= origin.last_seal for finding in findings)
        if not named and digest.hexdigest() != origin.seals_sha256:
            detail = f"the seals up to {origin.last_seal} are not those that came with move {origin.number}"
            found.append(Finding("origin_broken", detail))
    return found


def _examine_row(
    number: int, row: SealRow | None, anchor: Seal | None, keys: Mapping[str, bytes]
) -> tuple[Seal | None, Finding | None]:
    if row is None:
        return anchor, Finding("seal_removed", f"seal {number} is gone", seal=number)
    try:
        seal = seal_of(row)
        if anchor is not None and seal != anchor:
            raise ValueError("it is not the one that was anchored")
        if anchor is None and seal.key_id not in keys:
            detail = f"seal {number} is signed by {seal.key_id}, a key that is not known here"
            return seal, Finding("seal_unproven", detail, seal=number)
        if anchor is None and (wrong := what_is_wrong(seal, keys)) is not None:
            raise ValueError(wrong)
    except ValueError as error:
        # What it says of entries is believed only where an anchor says the same.
        return anchor, Finding("seal_changed", f"seal {number} was changed: {error}", seal=number)
    return seal, None


def _breaks_chain(seal: Seal, before: Seal | None, beginnings: set[bytes] | None) -> str | None:
    if beginnings is not None and seal.previous_root not in beginnings:
        return (
            "seal 1 does not begin this operator's chain"
            if seal.number == 1
            else f"seal {seal.number} does not follow the move before it"
        )
    if before is None:
        return None
    if beginnings is None and seal.previous_root != before.root:
        return f"seal {seal.number} does not follow seal {before.number}"
    if seal.first_position <= before.last_position:
        return f"seal {seal.number} begins before the end of seal {before.number}"
    return None


class EntryExaminer:
    """Compares entries, fed in the order of their positions, with what the seals say of them."""

    def __init__(self, seals: Sequence[Seal | None]) -> None:
        whole = [seal for seal in seals if seal is not None]
        self._expected = deque(
            sorted(
                ((leaf, seal.number) for seal in whole for leaf in seal.leaves), key=lambda at: at[0].position
            )
        )
        self._last = max((seal.last_position for seal in whole), default=0)
        self._lost = _lost_ranges(seals)
        self._missing: dict[object, tuple[Leaf, int]] = {}
        self._strangers: dict[int, Entry] = {}
        self._findings: list[Finding] = []
        self.entries = 0
        self.sealed = 0
        self.waiting = 0
        self.waiting_since: datetime | None = None

    def feed(self, entry: Entry) -> None:
        self.entries += 1
        while self._expected and self._expected[0][0].position < entry.position:
            self._miss(*self._expected.popleft())
        if self._expected and self._expected[0][0].position == entry.position:
            leaf, number = self._expected.popleft()
            if leaf.id != entry.id:
                self._miss(leaf, number)
                self._strangers[entry.position] = entry
                return
            self.sealed += 1
            if leaf_of(entry).hash != leaf.hash:
                detail = f"the entry at position {entry.position} ({entry.act}) is not what was sealed"
                self._findings.append(Finding("entry_changed", detail, entry.position, entry.id, number))
        elif entry.id in self._missing or self._is_covered(entry.position):
            self._strangers[entry.position] = entry
        else:
            self.waiting += 1
            self.waiting_since = self.waiting_since or entry.at

    def finish(self) -> list[Finding]:
        """Everything that was found, by position."""
        while self._expected:
            self._miss(*self._expected.popleft())
        for entry in list(self._strangers.values()):
            if (was := self._missing.pop(entry.id, None)) is not None:
                del self._strangers[entry.position]
                self._findings.append(_moved(entry, *was))
        for leaf, number in self._missing.values():
            other = self._strangers.pop(leaf.position, None)
            if other is None:
                detail = f"the entry at position {leaf.position} is gone"
                self._findings.append(Finding("entry_removed", detail, leaf.position, leaf.id, number))
            else:
                detail = f"at position {leaf.position} stands another entry ({other.id}, {other.act})"
                self._findings.append(Finding("entry_changed", detail, leaf.position, leaf.id, number))
        for entry in self._strangers.values():
            detail = f"the entry at position {entry.position} ({entry.act}) came after its time was sealed"
            self._findings.append(Finding("entry_inserted", detail, entry.position, entry.id))
        return sorted(self._findings, key=lambda finding: finding.position or 0)

    def _miss(self, leaf: Leaf, number: int) -> None:
        self._missing[leaf.id] = (leaf, number)

    def _is_covered(self, position: int) -> bool:
        """Whether the seals that are there say everything about this position."""
        return position <= self._last and not any(after < position < before for after, before in self._lost)


def _moved(entry: Entry, leaf: Leaf, number: int) -> Finding:
    there = leaf_of(msgspec.structs.replace(entry, position=leaf.position))
    changed = "" if there.hash == leaf.hash else ", and changed"
    detail = f"the entry at position {entry.position} ({entry.act}) was sealed at position {leaf.position}{changed}"
    return Finding("entry_moved", detail, entry.position, entry.id, number)


def _lost_ranges(seals: Sequence[Seal | None]) -> list[tuple[int, int]]:
    """Between which positions entries were proven by seals that are lost."""
    ranges: list[tuple[int, int]] = []
    last, lost = 0, False
    for seal in seals:
        if seal is None:
            lost = True
            continue
        if lost:
            ranges.append((last, seal.first_position))
        last, lost = seal.last_position, False
    return ranges
