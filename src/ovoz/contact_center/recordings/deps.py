"""Whose recordings a person may hear."""

from uuid import UUID

from litestar.di import NamedDependency

from ovoz.platform.access.api import Access
from ovoz.platform.identity.contracts import Actor

_ACCESS = Access()


def provide_only_of(actor: NamedDependency[Actor]) -> UUID | None:
    """The agent whose recordings these must be: the person, unless they may listen to everybody's."""
    return None if _ACCESS.may(actor.roles, "recordings.listen.all") else actor.user_id
