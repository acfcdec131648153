"""Refusals that say what is missing."""

from ovoz.lib.problems import DomainError


class RightMissing(DomainError):
    """`right` names what the person would need."""

    status = 403
    slug = "right-missing"
    title = "You do not have the right to do this"


class NotSignedIn(DomainError):
    status = 401
    slug = "not-signed-in"
    title = "Sign in first"
