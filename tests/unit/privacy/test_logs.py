"""The second net under logs: what has the shape of a number or an address is masked wherever it stands."""

from typing import Any

from ovoz.lib.logging import drop_personal_data, mask_personal_shapes


class Careless:
    def __repr__(self) -> str:
        return "Careless(number='+992930004517')"


def test_every_value_of_a_line_is_looked_at() -> None:
    line: dict[str, Any] = {
        "event": "call from 992930004517",
        "error": "Key (email)=(madina@somon.example) already exists.",
        "exception": "Traceback …\n  ValueError: +992 93 000 45 17",
        "deep": {"numbers": ["+992930004517", 7], "+992930004517": None},
        "thing": Careless(),
        "count": 992930004517,
        "interaction": "019373f4-1234-7123-8123-123456789012",
    }
    assert mask_personal_shapes(None, "info", line) == {
        "event": "call from •••••17",
        "error": "Key (email)=(•••••@somon.example) already exists.",
        "exception": "Traceback …\n  ValueError: •••••17",
        "deep": {"numbers": ["•••••17", 7], "•••••17": None},
        "thing": "Careless(number='•••••17')",
        "count": 992930004517,
        "interaction": "019373f4-1234-7123-8123-123456789012",
    }


def test_what_is_declared_personal_is_dropped() -> None:
    assert drop_personal_data(None, "info", {"event": "e", "pii.name": "Фаррух"}) == {"event": "e"}
