"""`ovoz tenant` and `ovoz fleet` as a person types them: what they say, and the exit codes."""

import asyncio
import json
import os
import secrets
import sys
from pathlib import Path

from tests.support.recordings import Installation


async def ovoz(place: Installation, *words: str) -> tuple[int, str]:
    """Exit code and what was said."""
    place.endpoints.save(place.settings)
    environment = {
        **os.environ,
        "OVOZ_HOME": str(place.settings.home),
        "OVOZ_ARCHIVE_PASSPHRASE": "correct horse battery",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ovoz", *words),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


async def test_a_life_by_command(place: Installation, tmp_path: Path) -> None:
    slug, moved = (f"c{secrets.token_hex(5)}" for _ in range(2))
    archive = str(tmp_path / "out.tar")
    for words, wanted, part in (
        (("tenant", "create", slug, "--blueprint", "mobile-operator"), 0, f"{slug} is there"),
        (("tenant", "create", slug, "--blueprint", "mobile-operator"), 1, "has this address already"),
        (("tenant", "suspend", slug, "--reason", "tried"), 0, "is suspended"),
        (("tenant", "resume", slug), 0, "works again"),
        (("tenant", "rename", slug, "console"), 1, "cannot be an operator's address"),
        (("tenant", "export", slug, "--to", archive), 0, "0 recordings"),
        (("tenant", "restore", archive, moved), 0, f"{moved} is there"),
        (("tenant", "delete", slug, "--grace-days", "3", "--yes"), 0, "ovoz tenant undelete"),
        (("tenant", "rename", slug, f"{slug}x"), 1, "state does not allow"),
        (("tenant", "undelete", slug), 0, "is kept"),
        (("tenant", "list"), 0, moved),
        (("tenant", "suspend", "nobody-here", "--reason", "tried"), 1, "No operator lives"),
    ):
        code, said = await ovoz(place, *words)
        assert code == wanted, (words, said)
        assert part in said, (words, said)


async def test_the_fleet_by_command(place: Installation) -> None:
    code, said = await ovoz(place, "fleet", "status", "--json")
    assert code == 0, said
    status = json.loads(said)
    assert {"somon", "pamir", "console"} <= {tenant["slug"] for tenant in status["tenants"]}
    code, said = await ovoz(place, "fleet", "migrate")
    assert code == 0, said
    assert f"migrated to {status['target']}" in said
    code, said = await ovoz(place, "fleet", "verify", "--json")
    check = json.loads(said)
    assert [found for found in check["drift"] if found["slug"] in ("somon", "pamir", "console")] == []
    assert check["checked"] >= 3
