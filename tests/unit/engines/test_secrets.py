"""Credentials of engines: made once for each installation, long, for its user alone (ASVS 13.2.3, 13.3.2, 16.4.2)."""

import json
import stat
from pathlib import Path

from ovoz.engines.layout import Layout, Secrets
from ovoz.lib.sealing import installation_key
from ovoz.lib.settings import Settings


def layout_in(home: Path) -> Layout:
    layout = Layout(Settings.from_environment({"OVOZ_HOME": str(home)}))
    layout.create()
    return layout


def values(secrets: Secrets) -> list[str]:
    return [getattr(secrets, name) for name in secrets.__struct_fields__]


def test_each_installation_has_its_own(tmp_path: Path) -> None:
    made = [values(layout_in(tmp_path / name).secrets()) for name in ("one", "two")]
    everything = [*made[0], *made[1]]
    assert len(set(everything)) == 2 * len(Secrets.__struct_fields__)
    assert all(len(value) >= 32 for value in everything)
    assert values(layout_in(tmp_path / "one").secrets()) == made[0], "they stay"


def test_what_is_missing_is_added_and_the_rest_stays(tmp_path: Path) -> None:
    """In an installation from before a secret was needed."""
    layout = layout_in(tmp_path)
    path = layout.home / "secrets.json"
    made = layout.secrets()
    known = json.loads(path.read_text())
    path.write_text(json.dumps({name: value for name, value in known.items() if name != "database_relay"}))
    now = layout_in(tmp_path).secrets()
    assert now.database_relay not in ("", made.database_relay)
    assert {name for name in Secrets.__struct_fields__ if getattr(now, name) != getattr(made, name)} == {
        "database_relay"
    }
    assert layout_in(tmp_path).secrets() == now
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nobody_else_reads_them_or_the_logs(tmp_path: Path) -> None:
    layout = layout_in(tmp_path / "home")
    layout.secrets()
    installation_key(layout.home).secret()
    for path in (layout.home / "secrets.json", layout.home / "installation.key", layout.log):
        assert path.stat().st_mode & 0o077 == 0, path
