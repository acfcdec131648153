"""What a new password may be (ASVS 6.2.1, 6.2.4, 6.2.5, 6.2.9, 6.2.11, 6.2.12)."""

from pathlib import Path

import pytest

import ovoz.platform.identity
from ovoz.platform.identity.api import check_new_password, hash_password
from ovoz.platform.identity.errors import PasswordWeak
from ovoz.platform.identity.rules import SHORTEST_PASSWORD

OWN = ("Мадина Рахимова", "madina@somon.example", "Сомон Телеком")


def weak(password: str) -> bool:
    try:
        check_new_password(password, OWN, pointer="/new")
    except PasswordWeak:
        return True
    return False


def test_leaked_ones_are_refused() -> None:
    """6.2.12, 6.2.4: tens of thousands of those that are long enough, whatever the case."""
    folder = Path(ovoz.platform.identity.__file__).parent
    leaked = (folder / "leaked_passwords.txt").read_text().split()
    assert len(leaked) >= 40_000
    assert min(map(len, leaked)) >= SHORTEST_PASSWORD
    for password in leaked[::500]:
        assert weak(password), password
        assert weak(password.title()), password


@pytest.mark.parametrize(
    "password",
    [
        "short-word1",
        "x" * 201,
        "aaaaaaaaaaaa",
        "abababababab",
        "password1234",
        "1234Password!!",
        "qwertyuiop12",
        "sunshine2026!",
        "passwordpassword",
        "madina-and-her-dog",
        "любимая мадина!",
        "my-ovoz-account",
        "телеком навсегда",
    ],
)
def test_easy_ones_are_refused(password: str) -> None:
    assert weak(password)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "четыре слова про дождь",
        "zKq93hfPw0xm",
        "ғӣқӯҳҷ ғӣқӯҳҷ тоҷ",
        "😀🎉🚀🌧️🌙🍏🔥🎈🎯🏔️🌊⚡",
        "y7" * 3 + "tgbnmj",
    ],
)
def test_long_ones_pass_whatever_they_are_made_of(password: str) -> None:
    assert not weak(password)


def test_passwords_are_kept_by_argon2id() -> None:
    """11.4.2; OWASP's least for Argon2id is 19 MiB, two passes."""
    _, kind, _, parameters, *_ = hash_password("four words about a river").split("$")
    memory, passes, _ = (int(part.partition("=")[2]) for part in parameters.split(","))
    assert kind == "argon2id"
    assert memory >= 19 * 1024
    assert passes >= 2
