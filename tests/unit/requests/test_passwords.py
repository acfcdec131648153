"""What a new password may be (ASVS 6.2.1, 6.2.4, 6.2.5, 6.2.9, 6.2.11)."""

from pathlib import Path

import pytest

import ovoz.platform.identity
from ovoz.platform.identity.api import hash_password
from ovoz.platform.identity.rules import weakness

COMMON = frozenset(
    (Path(ovoz.platform.identity.__file__).parent / "common_passwords.txt").read_text().split()
)
OWN = ("Ovoz", "Мадина Рахимова", "madina@somon.example", "Сомон Телеком")


def weak(password: str) -> bool:
    return weakness(password, common=COMMON, own_words=OWN) is not None


def test_the_list_is_long_enough() -> None:
    assert len(COMMON) >= 3000


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
