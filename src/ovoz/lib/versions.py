"""Versions of what two people may edit: `ETag` goes out, `If-Match` comes back (RFC 9110, section 13.1.1)."""

import re

from ovoz.lib.problems import DomainError

_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


class VersionMissing(DomainError):
    """Without If-Match one could overwrite what somebody else changed meanwhile (RFC 6585, section 3)."""

    status = 428
    slug = "version-missing"
    title = "Say which version you change: send If-Match with the ETag you read"


class VersionStale(DomainError):
    """`version` is the present one."""

    status = 412
    slug = "version-stale"
    title = "Somebody has changed this since you read it"


def etag(version: int) -> str:
    """The version as a strong entity tag."""
    return f'"{version}"'


def matches(if_match: str, version: int) -> bool:
    """Whether an If-Match names this version: by strong comparison, so that a weak tag never does."""
    if if_match.strip() == "*":
        return True
    return any(
        found is not None and found[1] is None and found[0] == etag(version)
        for found in (_TAG.fullmatch(part.strip()) for part in if_match.split(","))
    )


def check_version(if_match: str | None, version: int) -> None:
    """Lets a change pass only when its If-Match names the present version.

    Call it inside the change's transaction, with the row locked, and raise the version there. Raises VersionMissing,
    VersionStale.
    """
    if if_match is None:
        raise VersionMissing("Send the ETag that you read in If-Match.")
    if not matches(if_match, version):
        raise VersionStale("Read it again; the change was not made.", version=version)
