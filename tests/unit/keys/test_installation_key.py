"""The installation's key: one file, read as it is at each use, never without the key that opens something."""

import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from ovoz.lib.sealing import (
    InstallationKeyUnreadable,
    KeyRefused,
    RotationUnderWay,
    installation_key,
    internal_token,
    phone_key,
    signer_id,
    unwrap,
    wrap,
)

TENANT = "somonsomonso"
KEY = bytes(range(32))


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    installation_key(tmp_path)
    assert stat.S_IMODE((tmp_path / "installation.key").stat().st_mode) == 0o600
    key = installation_key(tmp_path)
    key.begin_rotation()
    assert stat.S_IMODE((tmp_path / "installation.key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["installation.key"]


def test_a_rotation_is_seen_by_whoever_holds_the_key_already(tmp_path: Path) -> None:
    rotating, elsewhere = installation_key(tmp_path), installation_key(tmp_path)
    old = wrap(KEY, elsewhere, TENANT, 1)
    assert rotating.begin_rotation()
    new = wrap(KEY, elsewhere, TENANT, 1)
    assert unwrap(old, elsewhere, TENANT, 1) == unwrap(new, elsewhere, TENANT, 1) == KEY
    rotating.end_rotation()
    assert unwrap(new, elsewhere, TENANT, 1) == KEY
    with pytest.raises(KeyRefused):
        unwrap(old, elsewhere, TENANT, 1)


def test_a_rotation_that_has_not_ended_is_not_begun_again(tmp_path: Path) -> None:
    key = installation_key(tmp_path)
    assert key.begin_rotation()
    present = key.wrapping_keys()
    assert not key.begin_rotation()
    assert key.wrapping_keys() == present
    assert len(present) == 2


def test_a_wrapped_key_is_bound_to_tenant_and_version(tmp_path: Path) -> None:
    key = installation_key(tmp_path)
    wrapped = wrap(KEY, key, TENANT, 1)
    for tenant, version in (("pamirpamirpa", 1), (TENANT, 2)):
        with pytest.raises(KeyRefused):
            unwrap(wrapped, key, tenant, version)


def test_secrets_between_processes_survive_rotations(tmp_path: Path) -> None:
    """A switchboard that starts during a rotation must understand an API that started before it."""
    before = internal_token(tmp_path), phone_key(tmp_path)
    key = installation_key(tmp_path)
    for _ in range(2):
        key.begin_rotation()
        assert (internal_token(tmp_path), phone_key(tmp_path)) == before
        key.end_rotation()
    assert (internal_token(tmp_path), phone_key(tmp_path)) == before
    assert before[0] != before[1].hex()


def test_the_first_format_goes_on(tmp_path: Path) -> None:
    """32 bytes, written by the release before: what they wrapped and derived stays what it was."""
    raw = bytes(range(100, 132))
    (tmp_path / "installation.key").write_bytes(raw)
    key = installation_key(tmp_path)
    token = internal_token(tmp_path)
    # HKDF-SHA-256 (RFC 5869) of those bytes, computed with hmac alone.
    assert token == "c6ad1c00e73b2fce99f2cecff01e7e591d67abac2647afe8351095fade53bb9b"
    wrapped = wrap(KEY, key, TENANT, 1)
    assert key.begin_rotation()
    assert unwrap(wrapped, key, TENANT, 1) == KEY
    key.end_rotation()
    assert internal_token(tmp_path) == token
    assert [known.key == raw for known in key.wrapping_keys()] == [False]


def test_former_signers_stay_known(tmp_path: Path) -> None:
    key = installation_key(tmp_path)
    first_id, first = key.signer()
    key.begin_rotation()
    second_id, _ = key.signer()
    key.end_rotation()
    assert first_id != second_id
    assert set(key.signers()) == {first_id, second_id}
    assert key.signers()[first_id] == first.public_key().public_bytes_raw()
    assert all(signer_id(public) == id_ for id_, public in key.signers().items())


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"{}", b'{"format": "other"}', b"\xff" * 40])
def test_a_damaged_file_is_said_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "installation.key"
    path.write_bytes(content)
    with pytest.raises(InstallationKeyUnreadable):
        installation_key(tmp_path).wrapping_keys()
    assert path.read_bytes() == content


def test_who_has_read_it_goes_on_while_it_is_away(tmp_path: Path) -> None:
    key = installation_key(tmp_path)
    wrapped = wrap(KEY, key, TENANT, 1)
    (tmp_path / "installation.key").rename(tmp_path / "moved")
    assert unwrap(wrapped, key, TENANT, 1) == KEY
    (tmp_path / "moved").rename(tmp_path / "installation.key")
    assert unwrap(wrapped, installation_key(tmp_path), TENANT, 1) == KEY


def test_one_rotation_at_a_time(tmp_path: Path) -> None:
    key = installation_key(tmp_path)
    with key.rotating(), pytest.raises(RotationUnderWay), installation_key(tmp_path).rotating():
        pass
    with installation_key(tmp_path).rotating():
        pass


def _make(home: Path, said: "multiprocessing.Queue[str]") -> None:
    said.put(installation_key(home).wrapping_keys()[0].id)


def test_two_that_make_it_at_once_agree(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    said: multiprocessing.Queue[str] = context.Queue()
    makers = [context.Process(target=_make, args=(tmp_path, said)) for _ in range(3)]
    for maker in makers:
        maker.start()
    ids = {said.get(timeout=60) for _ in makers}
    for maker in makers:
        maker.join()
    said.close()
    said.join_thread()
    assert ids == {installation_key(tmp_path).wrapping_keys()[0].id}
    assert not [name for name in os.listdir(tmp_path) if name != "installation.key"]
