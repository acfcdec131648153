"""What the engines' code says of the machine under it: packages, mirrors, templates, pauses."""

from pathlib import Path

import pytest

from ovoz.engines import host
from ovoz.engines.asterisk import render
from ovoz.engines.asterisk_package import LockedPackage, moved_on, sid_source
from ovoz.engines.host import EngineMissing, apt_install
from ovoz.engines.stack import ports_of
from ovoz.engines.supervisor import restart_pause
from ovoz.lib.settings import Settings

WHY = "without RabbitMQ events wait in the outbox"


def test_the_pause_grows_and_stays_below_a_minute() -> None:
    pauses = [restart_pause(failures) for failures in range(100)]
    assert pauses == sorted(pauses)
    assert pauses[0] < 1
    assert pauses[0] < pauses[1] < pauses[2] < pauses[-1] <= 60


def test_another_user_than_root_is_told_whom_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "is_root", lambda: False)
    with pytest.raises(EngineMissing) as missing:
        apt_install(["rabbitmq-server"], WHY)
    assert str(missing.value) == f"{WHY}: ask an administrator for `apt-get install rabbitmq-server`."


def test_a_machine_without_apt_misses_the_engine_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(host, "is_root", lambda: True)
    monkeypatch.setattr(host, "POLICY", tmp_path / "policy-rc.d")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineMissing, match=f"{WHY}: .*apt-get"):
        apt_install(["rabbitmq-server"], WHY)
    assert not host.POLICY.exists(), "services of other packages start again"


@pytest.mark.parametrize(
    "sources",
    [
        "Types: deb\nURIs: https://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\n",
        "deb https://mirror.example/debian bookworm main\n",
        "deb [arch=amd64] https://mirror.example/debian stable main contrib\n",
        "Types: deb\nURIs: https://mirror.example/debian-security\nSuites: bookworm-security\n\n"
        "Types: deb\nURIs: https://mirror.example/debian\nSuites: bookworm\n",
    ],
)
def test_sid_is_taken_from_the_mirror_of_the_machine(sources: str) -> None:
    line = sid_source(["# nothing here\n", sources])
    assert line.split()[-3:] == ["https://mirror.example/debian", "sid", "main"]
    assert "signed-by=/usr/share/keyrings/debian-archive-keyring.gpg" in line


def test_a_key_that_the_machine_names_is_kept() -> None:
    source = "deb [signed-by=/etc/apt/keyrings/own.gpg] https://mirror.example/debian trixie main\n"
    assert "signed-by=/etc/apt/keyrings/own.gpg" in sid_source([source])


def test_a_machine_without_a_mirror_says_so() -> None:
    with pytest.raises(EngineMissing, match="names no Debian mirror"):
        sid_source(["deb https://mirror.example/ubuntu noble main\n"])


def test_differences_from_the_lock_are_told_in_words() -> None:
    locked = [LockedPackage(name, "1.0", "aa") for name in ("same", "newer", "changed", "gone")]
    found = [
        LockedPackage("same", "1.0", "aa"),
        LockedPackage("newer", "1.1", "bb"),
        LockedPackage("changed", "1.0", "cc"),
        LockedPackage("added", "2.0", "dd"),
    ]
    assert moved_on(locked, found) == [
        "newer 1.0 → 1.1",
        "changed 1.0 has another SHA-256",
        "gone is not needed any more",
        "added 2.0 is new",
    ]
    assert moved_on(locked, locked) == []


def test_a_template_is_filled_and_the_dialplan_is_left_alone() -> None:
    template = "bindport = @PORT@\nexten => _X.,1,Set(A=${EXTEN}@${HOST})\nuser@example"
    assert render(template, {"PORT": "17006"}) == template.replace("@PORT@", "17006")


def test_a_place_that_nobody_fills_is_an_error() -> None:
    with pytest.raises(KeyError, match="@SECRET@"):
        render("secret = @SECRET@", {"PORT": "17006"})


def test_every_engine_is_asked_for_its_ports_and_no_other() -> None:
    settings = Settings.from_environment({"OVOZ_PORT_BASE": "30000", "OVOZ_HTTP_PORT": "8123"})
    assert ports_of(settings, {"rabbitmq"}) == {
        "rabbitmq": 30003,
        "rabbitmq distribution": 30004,
        "epmd": 30005,
    }
    assert ports_of(settings, {"api", "asterisk"}) == {
        "api": 8123,
        "asterisk": 30006,
        "asterisk manager": 30007,
        "asterisk SIP": 30008,
    }
    everything = ports_of(
        settings, {"postgres", "valkey", "rabbitmq", "asterisk", "api", "switchboard", "simulator"}
    )
    assert len(set(everything.values())) == len(everything) == 12
