"""What a new password may be (ASVS 6.2.1, 6.2.4, 6.2.5, 6.2.9, 6.2.11)."""

from pathlib import Path

import pytest

import ovoz.platform.identity
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
