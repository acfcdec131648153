"""Pure rules of people: passwords, and what stands in the audit in the place of personal values."""

from datetime import timedelta
from typing import Final

INVITATION_LASTS: Final = timedelta(days=7)
SHORTEST_PASSWORD: Final = 12

COMMON: Final[frozenset[str]] = frozenset(
    [
        "123456789012",
        "1234567890123",
        "12345678901234",
        "123456789123",
        "123123123123",
        "123321123321",
        "112233445566",
        "987654321098",
        "000000000000",
        "111111111111",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "q1w2e3r4t5y6",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwerty123456",
        "qwertyqwerty",
        "qwerty12345678",
        "asdfghjkl123",
        "zxcvbnm12345",
        "abcdefghijkl",
        "abc123456789",
        "abcd12345678",
        "password1234",
        "password12345",
        "password123456",
        "passwordpassword",
        "p@ssw0rd1234",
        "administrator",
        "administrator1",
        "adminadminadmin",
        "welcome12345",
        "welcome123456",
        "letmein12345",
        "iloveyou1234",
        "changeme1234",
        "changemeplease",
        "superman1234",
        "football1234",
        "basketball12",
        "princess1234",
        "sunshine1234",
        "dragon123456",
        "monkey123456",
        "master123456",
        "trustno1trustno1",
        "asdfasdfasdf",
        "qazwsxedcrfv",
        "1234qwer1234",
        "qwer1234qwer",
        "test12345678",
        "secret123456",
        "telephone123",
        "contactcenter",
        "callcenter123",
        "йцукенгшщзхъ",
        "йцукен123456",
        "пароль123456",
        "парольпароль",
        "привет123456",
        "наташа123456",
        "любовь123456",
        "душанбе12345",
        "таджикистан1",
        "точикистон123",
    ]
)
"""Twelve characters or more, as shorter ones are refused anyway."""


def password_fault(password: str, email: str) -> str | None:
    """What is wrong with a new password; None when it can be used."""
    plain = password.casefold()
    if len(password) < SHORTEST_PASSWORD:
        return f"at least {SHORTEST_PASSWORD} characters"
    if plain in COMMON or len(set(plain)) < 4:
        return "one that is not on every list of passwords"
    name = email.partition("@")[0].casefold()
    if email.casefold() in plain or (len(name) >= 4 and name in plain):
        return "one without the e-mail address in it"
    return None


def masked_email(email: str) -> str:
    """`m…@somon.example`."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"


def masked_name(name: str) -> str:
    """Initials."""
    return " ".join(f"{part[:1]}." for part in name.split())
