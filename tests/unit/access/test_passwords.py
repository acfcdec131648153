"""New passwords: long, not everybody's, not the address."""

import pytest

from ovoz.platform.people.rules import COMMON, SHORTEST_PASSWORD, masked_email, masked_name, password_fault


@pytest.mark.parametrize(
    ("password", "refused"),
    [
        ("eleven-char", True),
        ("twelve-chars", False),
        ("Password1234", True),
        ("абабабабабаб", True),
        ("madina is my name", True),
        ("x-MADINA@somon.example-x", True),
        ("Ҳар бегоҳ борон", False),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(password: str, refused: bool) -> None:
    assert (password_fault(password, "madina@somon.example") is not None) is refused


def test_the_list_holds_what_would_else_be_long_enough() -> None:
    assert all(len(password) >= SHORTEST_PASSWORD and password == password.casefold() for password in COMMON)


def test_what_the_audit_says_of_a_person_names_nobody() -> None:
    assert masked_email("madina@somon.example") == "m…@somon.example"
    assert masked_name("Мадина  Рахимова") == "М. Р."
