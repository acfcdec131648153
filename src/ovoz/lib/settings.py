"""Settings: read once from the environment (`OVOZ_*`), typed, with a clear error for a wrong value."""

import os
from functools import cached_property
from pathlib import Path

import msgspec

REPOSITORY = Path(__file__).resolve().parents[3]
PACKAGED_DATA = Path(__file__).resolve().parents[1] / "_data"


_OTHER_LOGINS = {
    "OVOZ_DATABASE_ADMIN_URL": "the login that migrates and makes operators",
    "OVOZ_DATABASE_RELAY_URL": "the login `ovoz_relay`, which reads the outbox",
    "OVOZ_DATABASE_SWITCHBOARD_URL": "the login `ovoz_switchboard`, which owns the cells",
}


class SettingsInvalid(Exception):
    """A setting has a value that cannot be used; the message names the variable and what would be right."""


class Ports(msgspec.Struct, frozen=True):
    """Every TCP and UDP port of one installation; all but the web address derive from `base`."""

    http: int
    base: int

    @property
    def postgres(self) -> int:
        return self.base + 1

    @property
    def valkey(self) -> int:
        return self.base + 2

    @property
    def amqp(self) -> int:
        return self.base + 3

    @property
    def amqp_dist(self) -> int:
        return self.base + 4

    @property
    def epmd(self) -> int:
        return self.base + 5

    @property
    def asterisk_http(self) -> int:
        """ARI and the SIP WebSocket (`/ws`) of Asterisk."""
        return self.base + 6

    @property
    def ami(self) -> int:
        return self.base + 7

    @property
    def sip(self) -> int:
        """SIP over UDP: the carrier trunk."""
        return self.base + 8

    @property
    def switchboard(self) -> int:
        """Internal HTTP address of the switchboard."""
        return self.base + 9

    @property
    def simulator_sip(self) -> int:
        """SIP over UDP of the simulated mobile operator."""
        return self.base + 10

    @property
    def simulator_http(self) -> int:
        """Control address of the simulated mobile operator (`make call`)."""
        return self.base + 11

    @property
    def rtp_first(self) -> int:
        return self.base + 1000

    @property
    def rtp_last(self) -> int:
        return self.base + 4999


class Settings(msgspec.Struct, frozen=True, dict=True):
    """One installation's settings; `Settings.from_environment()` reads them."""

    home: Path
    """Folder of everything the installation writes (git-ignored below the repository)."""
    ports: Ports
    media_address: str
    """Address offered for RTP and ICE; `auto` is the main interface."""
    database_url: str
    """`postgresql://…` of the application's login; empty: the engine that `ovoz up` starts."""
    database_relay_url: str
    """`postgresql://…` of the relay's login `ovoz_relay`; needed with `database_url`."""
    database_switchboard_url: str
    """`postgresql://…` of the switchboard's login `ovoz_switchboard`; needed with `database_url`."""
    database_admin_url: str
    """`postgresql://…` of the login that migrates and provisions; needed with `database_url`."""
    redis_url: str
    amqp_url: str
    ari_url: str
    """`http://user:password@host:port/ari`; empty: the engine that `ovoz up` starts."""
    default_tenant: str
    """Slug served for host names without one (on-prem); empty in SaaS."""
    base_domain: str
    """Tenants are `<slug>.<base_domain>`."""
    demo: bool
    """Whether the demo operators and their callers are there (`OVOZ_DEMO=0` turns them off)."""
    demo_calls_per_minute: float
    """Calls a minute for each demo operator."""
    recordings_limit_mb: int
    logs_limit_mb: int
    rate_session_per_min: int
    """Requests of one session in a minute, all of them at once if it likes."""
    rate_address_per_min: int
    """Requests without a session from one network address."""
    rate_tenant_per_min: int
    """Requests of one operator's people together."""

    @classmethod
    def from_environment(cls, environ: dict[str, str] | None = None) -> "Settings":
        env = dict(os.environ) if environ is None else environ

        def number(name: str, default: float, low: float, high: float) -> float:
            raw = env.get(name, "").strip()
            if not raw:
                return default
            try:
                value = float(raw)
            except ValueError:
                raise SettingsInvalid(f"{name}={raw!r} is not a number") from None
            if not low <= value <= high:
                raise SettingsInvalid(f"{name}={raw} is out of range: {low:g} to {high:g}")
            return value

        if env.get("OVOZ_DATABASE_URL"):
            for name, login in _OTHER_LOGINS.items():
                if not env.get(name):
                    raise SettingsInvalid(f"OVOZ_DATABASE_URL needs {name} too: {login}")
        return cls(
            home=Path(env.get("OVOZ_HOME") or REPOSITORY / ".ovoz" / "demo").absolute(),
            ports=Ports(
                http=int(number("OVOZ_HTTP_PORT", 8000, 1, 65535)),
                base=int(number("OVOZ_PORT_BASE", 17000, 1024, 60000)),
            ),
            media_address=env.get("OVOZ_MEDIA_ADDRESS") or "auto",
            database_url=env.get("OVOZ_DATABASE_URL", ""),
            database_relay_url=env.get("OVOZ_DATABASE_RELAY_URL", ""),
            database_switchboard_url=env.get("OVOZ_DATABASE_SWITCHBOARD_URL", ""),
            database_admin_url=env.get("OVOZ_DATABASE_ADMIN_URL", ""),
            redis_url=env.get("OVOZ_REDIS_URL", ""),
            amqp_url=env.get("OVOZ_AMQP_URL", ""),
            ari_url=env.get("OVOZ_ARI_URL", ""),
            default_tenant=env.get("OVOZ_DEFAULT_TENANT", ""),
            base_domain=env.get("OVOZ_BASE_DOMAIN") or "localhost",
            demo=env.get("OVOZ_DEMO", "1") not in ("0", "no", "false"),
            demo_calls_per_minute=number("OVOZ_DEMO_CALLS_PER_MINUTE", 2, 0, 600),
            recordings_limit_mb=int(number("OVOZ_RECORDINGS_LIMIT_MB", 10_240, 1, 1e9)),
            logs_limit_mb=int(number("OVOZ_LOGS_LIMIT_MB", 512, 1, 1e9)),
            rate_session_per_min=int(number("OVOZ_RATE_SESSION_PER_MIN", 1_200, 1, 1e9)),
            rate_address_per_min=int(number("OVOZ_RATE_ADDRESS_PER_MIN", 1_200, 1, 1e9)),
            rate_tenant_per_min=int(number("OVOZ_RATE_TENANT_PER_MIN", 60_000, 1, 1e9)),
        )

    @cached_property
    def data_dir(self) -> Path:
        """Folder with `tenants/`, `billing/`, `migrations/`, `asterisk/`: the repository, or the wheel's data."""
        return REPOSITORY if (REPOSITORY / "tenants").is_dir() else PACKAGED_DATA
