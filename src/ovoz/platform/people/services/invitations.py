"""Accepting an invitation: the holder of the link chooses a password, once."""

import asyncio
import hashlib

from ovoz.lib.clock import Clock
from ovoz.lib.db import Database
from ovoz.platform.audit.api import Act, Doer, tell
from ovoz.platform.identity.api import Attempts, check_new_password, hash_password
from ovoz.platform.people.errors import InvitationInvalid
from ovoz.platform.people.ports import PeopleListener
from ovoz.platform.people.repositories import InvitationRepository, PeopleRepository
from ovoz.platform.people.schemas import Invitation, InvitationAccept, InvitationAccepted
from ovoz.platform.tenancy.contracts import Tenant

_WHAT = "invitation"


class Invitations:
    """Use cases of who has a link and no session; each try counts until it was right."""

    def __init__(
        self, database: Database, clock: Clock, attempts: Attempts, listener: PeopleListener
    ) -> None:
        self._database = database
        self._clock = clock
        self._attempts = attempts
        self._listener = listener

    async def show(self, tenant: Tenant, token: str, *, address: str) -> Invitation:
        """Whom the link is for; raises InvitationInvalid, TooManyAttempts."""
        await self._attempts.count(tenant.id, _WHAT, address)
        async with self._database.tenant(tenant.id) as session:
            found = await InvitationRepository(session).open(digest(token), self._clock())
            person = await PeopleRepository(session).one(found[0]) if found is not None else None
        if found is None or person is None or person.state == "disabled":
            raise InvitationInvalid("Ask for a new one.")
        await self._attempts.forgive(tenant.id, _WHAT, address)
        return Invitation(person.name, person.email, tenant.name, found[1])

    async def accept(
        self, tenant: Tenant, token: str, wish: InvitationAccept, *, address: str
    ) -> InvitationAccepted:
        """Sets the password and uses the link up; sessions of an old password end.

        Raises InvitationInvalid, PasswordWeak (the link still counts then), TooManyAttempts.
        """
        invitation = await self.show(tenant, token, address=address)
        check_new_password(
            wish.password, (invitation.name, invitation.email, tenant.name), pointer="/password"
        )
        password_hash = await asyncio.to_thread(hash_password, wish.password)
        now = self._clock()
        async with self._database.tenant(tenant.id) as session:
            person_id = await InvitationRepository(session).take(digest(token), now)
            people = PeopleRepository(session)
            person = await people.one(person_id) if person_id is not None else None
            if person is None or person.state == "disabled":
                raise InvitationInvalid("Ask for a new one.")
            ended = await people.set_password(person.id, password_hash)
            doer = Doer("person", person.id, person.name, address=address)
            await tell(session, now, Act("people.password_chosen", doer, "person", str(person.id)))
        await self._listener.sessions_ended(tenant.id, ended)
        return InvitationAccepted(person.email)


def digest(token: str) -> bytes:
    """What is kept of a link."""
    return hashlib.sha256(token.encode()).digest()
