"""Where one installation keeps things, and its secrets."""

import hashlib
import os
import secrets
from pathlib import Path

import msgspec

from ovoz.engines.host import is_root, reachable
from ovoz.lib.settings import REPOSITORY, Settings


class Secrets(msgspec.Struct, frozen=True):
    """Made once for an installation, kept in `<home>/secrets.json` (0600)."""

    database_owner: str
    database_app: str
    database_relay: str
    database_switchboard: str
    valkey: str
    amqp: str
    ari: str
    ami: str
    trunk: str
    erlang_cookie: str


class Layout:
    """Folders of one installation (`Settings.home`) and those that installations of this machine share."""

    def __init__(self, settings: Settings) -> None:
        self.home = settings.home
        self.data = self.home / "data"
        self.log = self.home / "log"
        self.run = self.home / "run"
        self.recordings = self.home / "spool" / "recordings"

    @property
    def shared(self) -> Path:
        """Unpacked engines and downloads, shared by demo and tests."""
        return self.home.parent / "engines"

    @property
    def music(self) -> Path:
        """Music on hold: files of the default, and a folder for each other piece."""
        return self.shared / "music"

    @property
    def prompts(self) -> Path:
        """Prompts of the operator's own, a folder for each language."""
        return self.shared / "prompts"

    def create(self) -> None:
        for folder in (self.home, self.data, self.log, self.run, self.home / "spool", self.shared):
            folder.mkdir(parents=True, exist_ok=True)
        # Programs of other users write by a handle that they are given.
        self.log.chmod(0o700)

    def secrets(self) -> Secrets:
        path = self.home / "secrets.json"
        known: dict[str, str] = msgspec.json.decode(path.read_bytes()) if path.exists() else {}
        # An installation from before a secret was needed gets it now.
        missing = [name for name in Secrets.__struct_fields__ if name not in known]
        if missing:
            known |= {name: secrets.token_hex(20) for name in missing}
            part = path.with_suffix(".part")
            part.touch(mode=0o600)
            part.write_bytes(msgspec.json.format(msgspec.json.encode(known)))
            part.replace(path)
        return msgspec.convert(known, Secrets)


def reachable_home(home: Path) -> Path:
    """`home`, or a place below /var/lib when engines (which are not root) could not get to it."""
    home.mkdir(parents=True, exist_ok=True)
    if not is_root() or reachable(home) or "OVOZ_HOME" in os.environ:
        return home
    mark = hashlib.sha256(str(REPOSITORY).encode()).hexdigest()[:8]
    return Path("/var/lib/ovoz") / mark / home.name
