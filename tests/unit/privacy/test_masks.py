"""Masks: what stays, what never does, and that a mask of a mask is the same."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovoz.lib.contacts import mask_contacts
from ovoz.platform.privacy.rules.masks import DOTS, mask_email, mask_name, mask_phone, mask_text

DIGITS = st.text("0123456789", min_size=1, max_size=18)
NUMBERS = st.builds(str.__add__, st.sampled_from(["+", "+992", "+7", "", "00"]), DIGITS)
WORDS = st.text(min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+992930004517", "+992 •• ••• 45 17"),
        ("+79161234567", "+7 •• ••• 45 67"),
        ("+4915112345678", "+49 •• ••• 56 78"),
        ("+992 93 000-45-17", "+992 •• ••• 45 17"),
        ("930004517", "•• ••• 45 17"),
        ("+9929000", DOTS),
        ("+99290001", "+992 •• ••• 01"),
        ("0611", DOTS),
        ("anonymous", DOTS),
        ("", ""),
    ],
)
def test_a_number_keeps_country_and_last_digits(number: str, shown: str) -> None:
    assert mask_phone(number) == shown


@given(NUMBERS | WORDS)
def test_of_a_number_no_more_stays_than_the_mask_allows(number: str) -> None:
    shown = mask_phone(number)
    kept = re.sub(r"[^0-9]", "", shown)
    assert re.fullmatch(rf"|{DOTS}|(\+[0-9]{{1,3}} )?•• •••( [0-9]{{2}}){{1,2}}", shown)
    assert re.sub(r"[0-9]", "", shown).strip("+ •") == ""
    digits = re.sub(r"[^0-9]", "", number)
    if kept and shown != number:
        assert len(digits) - len(kept) >= 3
    assert mask_phone(shown) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Сафаров Фаррух", "Сафаров Ф•••••"),
        ("Фаррух Назаров", "Фаррух Н•••••"),
        ("Ҷӯраева Ғунчагул Қодировна", "Ҷӯраева Ғ•••••"),
        ("Иванова-Петрова Анна", "Иванова-Петрова А•••••"),
        ("Sean O’Neill", "Sean O•••••"),
        ("Мадина", "М•••••"),
        ("  Мадина   Раҳимова ", "Мадина Р•••••"),
        ("+992930004517 Фаррух", f"{DOTS} Ф•••••"),
        ("a@b.tj", f"a{DOTS}"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_a_name_keeps_one_word_and_an_initial(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@given(st.lists(WORDS, max_size=5).map(" ".join))
def test_of_a_name_no_more_stays_than_a_word_and_an_initial(name: str) -> None:
    shown = mask_name(name)
    words = name.split()
    kept = shown.replace(DOTS, "").split()
    assert kept == [word for word in kept if any(known.startswith(word) for known in words)]
    assert sum(len(word) for word in kept[1:]) <= 1
    if len(words) == 1:
        assert len("".join(kept)) <= 1
    assert mask_name(shown) == shown


@given(st.text("абвғқӯ", min_size=2, max_size=30), st.text("абвғқӯ", min_size=2, max_size=30))
def test_a_mask_does_not_tell_how_long_the_hidden_part_is(one: str, other: str) -> None:
    assert mask_name(f"Али {one}")[5:] == mask_name(f"Али {other}")[5:] == DOTS
    assert mask_email(f"{one}@somon.example")[1:] == mask_email(f"{other}@somon.example")[1:]
    assert mask_text(one) == mask_text(other)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("madina@somon.example", "m•••••@somon.example"),
        ("m@somon.example", "•••••@somon.example"),
        ("a@b@somon.example", "a•••••@somon.example"),
        ("madina@+992930004517", DOTS),
        ("madina", DOTS),
        ("", ""),
    ],
)
def test_an_address_keeps_its_first_letter_and_domain(address: str, shown: str) -> None:
    assert mask_email(address) == shown
    assert mask_email(shown) == shown


@given(WORDS)
def test_a_text_leaves_nothing(words: str) -> None:
    assert mask_text(words) == DOTS


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("calls from +992930004517 fail", "calls from •••••17 fail"),
        ("calls from +992 93 000 45 17 fail", "calls from •••••17 fail"),
        ("sip:992930004517@10.0.0.1", "sip:•••••17@10.0.0.1"),
        ("/api/interactions?number=%2B992930004517", "/api/interactions?number=•••••17"),
        (
            "DETAIL: Key (email)=(madina@somon.example) already exists",
            "DETAIL: Key (email)=(•••••@somon.example) already exists",
        ),
    ],
)
def test_numbers_and_addresses_are_found_in_words(words: str, shown: str) -> None:
    assert mask_contacts(words) == shown


@pytest.mark.parametrize(
    "words",
    [
        "2026-11-25T00:08:21.123456Z",
        "019373f4-1234-7123-8123-123456789012",
        "t_abcdefgh1234",
        "took 12.123456789 s",
        "port 27006, pid 123456",
        "PostgreSQL 18.0",
    ],
)
def test_what_only_has_digits_is_left(words: str) -> None:
    assert mask_contacts(words) == words
