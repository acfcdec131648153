"""The secrets of an installation are made once, and one of before gets what it lacks."""

import json
import stat
from pathlib import Path

from ovoz.engines.layout import Layout, Secrets
from ovoz.lib.settings import Settings


def layout_in(home: Path) -> Layout:
    return Layout(Settings.from_environment({"OVOZ_HOME": str(home)}))


def test_they_stay(tmp_path: Path) -> None:
    made = layout_in(tmp_path).secrets()
    assert layout_in(tmp_path).secrets() == made
    assert len({getattr(made, name) for name in Secrets.__struct_fields__}) == len(Secrets.__struct_fields__)
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_what_is_missing_is_added_and_the_rest_stays(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    made = layout_in(tmp_path).secrets()
    known = json.loads(path.read_text())
    path.write_text(json.dumps({name: value for name, value in known.items() if name != "database_relay"}))
    now = layout_in(tmp_path).secrets()
    assert now.database_relay not in ("", made.database_relay)
    assert {name for name in Secrets.__struct_fields__ if getattr(now, name) != getattr(made, name)} == {
        "database_relay"
    }
    assert layout_in(tmp_path).secrets() == now
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
