"""How full the folder for recordings is, as the worker measured it last."""

from pathlib import Path

import msgspec

from ovoz.contact_center.recordings.contracts import DiskState


def disk_file(home: Path) -> Path:
    """Where the worker leaves its measure."""
    return home / "run" / "recordings.json"


def disk_state(home: Path) -> DiskState | None:
    """The last measure; None before the first one."""
    try:
        return msgspec.json.decode(disk_file(home).read_bytes(), type=DiskState)
    except (OSError, msgspec.DecodeError):
        return None


def may_record(home: Path) -> bool:
    """Whether a new conversation may be recorded: yes, until the worker measured that the limit is reached."""
    state = disk_state(home)
    return state is None or state.state != "full"
