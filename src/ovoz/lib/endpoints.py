"""Where the engines of one installation are: written by the supervisor before our processes start."""

from pathlib import Path

import msgspec

from ovoz.lib.settings import Settings
from ovoz.lib.sounds import Sounds


class EndpointsMissing(Exception):
    """The engines were not started: `<home>/run/endpoints.json` is not there or cannot be read."""


class Manager(msgspec.Struct, frozen=True):
    """Asterisk's manager interface."""

    host: str
    port: int
    user: str
    secret: str


class Trunk(msgspec.Struct, frozen=True):
    """The carrier trunk: SIP over UDP; `key` is the value of the header that identifies the carrier."""

    host: str
    port: int
    key: str


class Endpoints(msgspec.Struct, frozen=True):
    """Addresses with their secrets; the file's mode is 0600. An engine that is missing has an empty address."""

    database_url: str
    database_relay_url: str
    database_switchboard_url: str
    database_admin_url: str
    redis_url: str
    amqp_url: str
    ari_url: str
    ami: Manager
    sip_ws_url: str
    sip_trunk: Trunk
    media_recordings_dir: str
    sounds_dir: str
    media_address: str
    sounds: Sounds = Sounds()

    @classmethod
    def path(cls, settings: Settings) -> Path:
        return settings.home / "run" / "endpoints.json"

    @classmethod
    def load(cls, settings: Settings) -> "Endpoints":
        """Reads the file; raises EndpointsMissing with what to do."""
        path = cls.path(settings)
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError) as error:
            raise EndpointsMissing(f"{path}: {error}. Start the engines with `make up` first.") from error

    def save(self, settings: Settings) -> None:
        """Writes the file at once and whole, readable by its owner only."""
        path = self.path(settings)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_bytes(msgspec.json.format(msgspec.json.encode(self)))
        part.replace(path)
