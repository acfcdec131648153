"""If-Match and limits by their fields."""

from typing import Any

import pytest
from litestar import Request
from litestar.testing import RequestFactory

from ovoz.platform.requests.contracts import NEEDS_MATCH, Policy, Standing
from ovoz.platform.requests.deps import require_match, set_etag
from ovoz.platform.requests.errors import VersionMissing, VersionStale
from ovoz.platform.requests.rules.limits import limit_field, policy_field, retry_after_s
from ovoz.platform.requests.rules.versions import etag, matches


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


def request(headers: dict[str, str]) -> Request[Any, Any, Any]:
    return RequestFactory().patch("/", headers=headers)


def test_a_change_says_its_version() -> None:
    require_match(request({"If-Match": etag(7)}), 7)
    with pytest.raises(VersionMissing) as missing:
        require_match(request({}), 7)
    with pytest.raises(VersionStale) as stale:
        require_match(request({"If-Match": etag(6)}), 7)
    assert (missing.value.status, stale.value.status) == (428, 412)
    assert stale.value.document()["etag"] == '"7"'
    assert NEEDS_MATCH


def test_the_version_is_left_for_the_answer() -> None:
    asked = request({})
    set_etag(asked, 12)
    assert '"12"' in asked.scope["state"].values()


def test_fields_of_limits() -> None:
    standings = [
        Standing(Policy("session", 100, 60), 99, 0.6),
        Standing(Policy("tenant", 5, 10), 0, 9.2, 1.01),
    ]
    assert policy_field(standings) == '"session";q=100;w=60, "tenant";q=5;w=10'
    assert limit_field(standings) == '"session";r=99;t=1, "tenant";r=0;t=10'
    assert retry_after_s(standings) == 2
