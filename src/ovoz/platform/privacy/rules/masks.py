"""What is left of a value behind a mask. A mask of a mask is the same; none tells how long the hidden part is."""

import re

DOTS = "•••••"

_E164 = re.compile(r"\+?[0-9]{5,15}")
_SEPARATORS = str.maketrans("", "", " \u00a0-().")
_MASKED_PHONE = re.compile(r"\+[0-9]{1,3} •• •••( [0-9]{2}){1,2}|•• •••( [0-9]{2}){1,2}")
_COUNTRY_CODE = re.compile(r"[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{1,3}")
_KEPT_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_LONGEST_KEPT_WORD = 40
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,62})\.)+[a-z]{2,24}", re.I)


def mask_phone(number: str) -> str:
    """`+992 •• ••• 45 17`: the country's code and the last four digits, two of a short number; nothing of no number.

    The country's code is found by the lengths that ITU-T E.164 gives: one digit for zones 1 and 7, two or three.
    """
    if not number or _MASKED_PHONE.fullmatch(number):
        return number
    plain = number.translate(_SEPARATORS)
    if not _E164.fullmatch(plain):
        return DOTS
    found = _COUNTRY_CODE.match(plain[1:]) if plain.startswith("+") else None
    code = found[0] if found else ""
    national = plain.removeprefix("+")[len(code) :]
    shown = national[-4:] if len(national) >= 8 else national[-2:] if len(national) >= 5 else ""
    if not shown:
        return DOTS
    tail = " ".join(shown[place : place + 2] for place in range(0, len(shown), 2))
    return f"{f'+{code} ' if code else ''}•• ••• {tail}"


def mask_name(name: str) -> str:
    """`Сафаров Ф•••••`: the first word and the second's initial; of a single word its initial.

    Which of the two is the family name is not known: the one that the operator writes first stays. A word with
    anything but letters, hyphens and apostrophes is not taken for a name and does not stay.
    """
    words = name.split()
    if not words:
        return ""
    if len(words) == 1:
        return _initial(words[0])
    first = words[0]
    kept = len(first) <= _LONGEST_KEPT_WORD and _KEPT_WORD.fullmatch(first) is not None
    return f"{first if kept else _initial(first)} {_initial(words[1])}"


def mask_email(address: str) -> str:
    """`m•••••@somon.example`: the first letter and the domain."""
    if not address:
        return ""
    local, at, domain = address.rpartition("@")
    if not at or not _DOMAIN.fullmatch(domain):
        return DOTS
    # Of a local part of one letter, the letter would be all of it.
    first = local[0] if len(local) > 1 and local[0].isalnum() else ""
    return f"{first}{DOTS}@{domain}"


def mask_text(words: str) -> str:
    """Dots where something stands."""
    return DOTS if words else ""


def _initial(word: str) -> str:
    return f"{word[0] if word[0].isalpha() else ''}{DOTS}"
