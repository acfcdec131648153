"""If-Match and limits by their fields."""

import pytest

from ovoz.lib.versions import VersionMissing, VersionStale, check_version, etag, matches
from ovoz.platform.requests.contracts import Policy, Standing
from ovoz.platform.requests.rules.limits import limit_field, policy_field, retry_after_s


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ('"3"', True),
        ("*", True),
        ('"2", "3"', True),
        ('"2" ,"3"', True),
        ('W/"3"', False),
        ('"4"', False),
        ("3", False),
        ('"3', False),
        ("", False),
    ],
)
def test_by_strong_comparison(said: str, right: bool) -> None:
    assert matches(said, 3) is right


def test_a_change_says_its_version() -> None:
    check_version(etag(7), 7)
    with pytest.raises(VersionMissing) as missing:
        check_version(None, 7)
    with pytest.raises(VersionStale) as stale:
        check_version(etag(6), 7)
    assert (missing.value.status, stale.value.status) == (428, 412)
    assert stale.value.document()["version"] == 7


def test_fields_of_limits() -> None:
    standings = [
        Standing(Policy("session", 100, 60), 99, 0.6),
        Standing(Policy("tenant", 5, 10), 0, 9.2, 1.01),
    ]
    assert policy_field(standings) == '"session";q=100;w=60, "tenant";q=5;w=10'
    assert limit_field(standings) == '"session";r=99;t=1, "tenant";r=0;t=10'
    assert retry_after_s(standings) == 2
