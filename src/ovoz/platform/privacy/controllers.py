"""Reveals over HTTP."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.params import JSONBody

from ovoz.platform.access.guards import requires
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.privacy.api import Reveal, RevealCreate, Reveals
from ovoz.platform.privacy.errors import RevealReasonPoor, SubjectNotFound
from ovoz.platform.requests.contracts import PROBLEMS


class RevealController(Controller):
    """Personal data made clear to oneself."""

    path = "/api/reveals"
    tags = ("Personal data",)
    guards = (requires("personal.reveal"),)
    cache_control = CacheControlHeader(no_store=True)

    @post(operation_id="RevealPersonalData", opt={PROBLEMS: (RevealReasonPoor, SubjectNotFound)})
    async def reveal(
        self,
        request: Request[Actor, Any, Any],
        actor: NamedDependency[Actor],
        reveals: NamedDependency[Reveals],
        data: JSONBody[RevealCreate],
    ) -> Reveal:
        """Makes kinds of data of an interaction or a person clear to you for 15 minutes.

        The reason is put on record with it, and the auditor and the supervisor read it. Only what you may see can be
        revealed; ask again for what you look at, and it is clear.
        """
        return await reveals.reveal(actor, data, address=request.client.host if request.client else "")

    @get(operation_id="ListReveals")
    async def list_reveals(
        self, actor: NamedDependency[Actor], reveals: NamedDependency[Reveals]
    ) -> list[Reveal]:
        """Your own reveals that last, newest first."""
        return await reveals.lasting(actor)
