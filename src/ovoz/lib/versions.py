"""Versions of what two people may edit: `ETag` goes out, `If-Match` comes back (RFC 9110, section 13.1.1)."""

from ovoz.lib.problems import DomainError


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


def check_version(if_match: str | None, version: int) -> None:
    """Raises VersionMissing without If-Match, VersionStale when it names no present version."""
    if if_match is None:
        raise VersionMissing()
    if etag(version) not in [tag.strip() for tag in if_match.split(",")]:
        raise VersionStale("Read it again, and change that.", version=version)
