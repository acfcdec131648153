"""Merkle trees as in RFC 6962, section 2.1 (RFC 9162 has the same), over SHA-256."""

from collections.abc import Sequence
from hashlib import sha256


def leaf_hash(content: bytes) -> bytes:
    """Hash of a leaf; the zero byte keeps a leaf from passing for a node."""
    return sha256(b"\x00" + content).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Root over leaf hashes. Raises ValueError for none."""
    if not leaves:
        raise ValueError("a tree has at least one leaf")
    level = list(leaves)
    while len(level) > 1:
        level = _next_level(level)
    return level[0]


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from one leaf to the root, lowest first."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    path: list[bytes] = []
    level = list(leaves)
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):
            path.append(level[neighbour])
        level = _next_level(level)
        index //= 2
    return path


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that leaf and path lead to (RFC 9162, section 2.1.3.2); None where the path cannot be one."""
    if not 0 <= index < size:
        return None
    place, last, root = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if place % 2 == 1 or place == last:
            root = _node(step, root)
            while place % 2 == 0 and place != 0:
                place, last = place // 2, last // 2
        else:
            root = _node(root, step)
        place, last = place // 2, last // 2
    return root if last == 0 else None


def _next_level(level: list[bytes]) -> list[bytes]:
    """Pairs become nodes; a last one without a neighbour goes up as it is, as the RFC's uneven split has it."""
    pairs = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return pairs + level[len(level) - len(level) % 2 :]


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
