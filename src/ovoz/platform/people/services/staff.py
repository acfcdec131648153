"""Inviting, changing, disabling and enabling people: on record, effective at once, and never the last manager."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.lib.clock import Clock
from ovoz.lib.db import Database
from ovoz.lib.ids import new_id
from ovoz.lib.versions import check_version
from ovoz.platform.access.api import Access, AccessRepository, Snapshot, Subject, beyond
from ovoz.platform.access.contracts import PROVIDER
from ovoz.platform.audit.api import Act, Doer, tell
from ovoz.platform.identity.api import hash_password
from ovoz.platform.people.errors import (
    EmailTaken,
    PersonDisabled,
    PersonNotFound,
    RoleBeyondYours,
    RoleUnknown,
    TeamUnknown,
)
from ovoz.platform.people.ports import PeopleListener
from ovoz.platform.people.repositories import InvitationRepository, PeopleRepository, TeamRepository
from ovoz.platform.people.rules import INVITATION_LASTS, RESET_LASTS, masked_email, masked_name
from ovoz.platform.people.schemas import Invited, Person, PersonInvite, PersonUpdate, TeamReference
from ovoz.platform.people.services.invitations import digest
from ovoz.platform.tenancy.contracts import Tenant


class Staff:
    """Use cases that change people; each transaction is in the tenant's schema."""

    def __init__(self, database: Database, clock: Clock, access: Access, listener: PeopleListener) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._listener = listener
        # Nobody knows what it was made from: an account without a password of its own.
        self._no_password = hash_password(secrets.token_hex(32))

    async def invite(self, subject: Subject, doer: Doer, wish: PersonInvite) -> Invited:
        """An account without a password, and the link that gives it one.

        Raises EmailTaken, RoleUnknown, RoleBeyondYours, TeamUnknown.
        """
        roles = sorted(set(wish.roles))
        now = self._clock()
        async with self._database.tenant(subject.tenant_id) as session:
            await AccessRepository(session).changed()
            snapshot = await self._access.as_seen_by(session, subject.tenant_id)
            self._check_roles(snapshot, subject, roles, roles)
            person = Person(
                id=new_id(),
                name=wish.name.strip(),
                email=wish.email.lower(),
                state="invited",
                roles=roles,
                team=await _team(session, wish.team_id),
                region=wish.region,
                outsourced=wish.outsourced,
                is_agent="desk.use" in snapshot.rights(roles) if wish.is_agent is None else wish.is_agent,
                created_at=now,
                invitation_expires_at=now + INVITATION_LASTS,
                version=1,
            )
            return await self._add(session, doer, person, now)

    async def invite_from_outside(
        self, tenant: Tenant, doer: Doer, email: str, name: str, role: str
    ) -> Invited:
        """Somebody of a tenant that may have nobody yet, by who runs the installation; who is there gets a new link.

        Raises RoleUnknown, PersonDisabled.
        """
        now = self._clock()
        async with self._database.tenant(tenant.id) as session:
            await AccessRepository(session).changed()
            known = await PeopleRepository(session).by_email(email.lower())
            if known is not None:
                return await self._anew(session, doer, known, now)
            snapshot = (
                await self._access.snapshot(PROVIDER)
                if tenant.kind == "provider"
                else await self._access.as_seen_by(session, tenant.id)
            )
            _check_known(snapshot, [role])
            person = Person(
                id=new_id(),
                name=name.strip() or email.partition("@")[0],
                email=email.lower(),
                state="invited",
                roles=[role],
                team=None,
                region=None,
                outsourced=False,
                is_agent="desk.use" in snapshot.rights([role]),
                created_at=now,
                invitation_expires_at=now + INVITATION_LASTS,
                version=1,
            )
            return await self._add(session, doer, person, now)

    async def _add(self, session: AsyncSession, doer: Doer, person: Person, now: datetime) -> Invited:
        if not await PeopleRepository(session).add(person, self._no_password):
            raise EmailTaken(errors=[{"pointer": "/email", "detail": "somebody else's"}])
        token = await self._open(session, person.id, now, INVITATION_LASTS)
        await tell(session, now, _act("people.invited", doer, None, person))
        return _invited(person, token)

    async def change(
        self, subject: Subject, doer: Doer, person_id: UUID, if_match: str | None, wish: PersonUpdate
    ) -> Person:
        """Changes what stands in the wish.

        Raises PersonNotFound, RoleUnknown, RoleBeyondYours, TeamUnknown, LastManager, and what `check_version` raises.
        """
        async with self._database.tenant(subject.tenant_id) as session:
            await AccessRepository(session).changed()
            people = PeopleRepository(session)
            before = await _found(people, person_id)
            check_version(if_match, before.version)
            changes = {
                name: value
                for name, value in msgspec.structs.asdict(wish).items()
                if value is not UNSET and name not in ("team_id", "roles", "name")
            }
            if wish.name is not UNSET:
                changes["name"] = wish.name.strip()
            left_desk = False
            if wish.roles is not UNSET:
                changes["roles"] = sorted(set(wish.roles))
                # Giving and taking: nobody deals with roles above their own.
                touched = set(changes["roles"]) ^ set(before.roles)
                snapshot = await self._access.as_seen_by(session, subject.tenant_id)
                self._check_roles(
                    snapshot, subject, sorted(set(changes["roles"]) - set(before.roles)), touched
                )
                left_desk = "desk.use" in snapshot.rights(before.roles) - snapshot.rights(changes["roles"])
            if wish.team_id is not UNSET:
                changes["team"] = await _team(session, wish.team_id)
            after = msgspec.structs.replace(before, **changes)
            if after == before:
                return before
            after = msgspec.structs.replace(after, version=before.version + 1)
            await people.replace(after)
            if after.roles != before.roles:
                await self._access.keep_manager(session, subject.tenant_id)
            await tell(session, self._clock(), _act("people.changed", doer, before, after))
        if before.is_agent and (left_desk or not after.is_agent):
            await self._listener.left_the_desk(subject.tenant_id, person_id)
        return after

    async def disable(self, subject: Subject, doer: Doer, person_id: UUID) -> Person:
        """Ends every session at once, and the agent goes offline.

        Raises PersonNotFound, RoleBeyondYours, LastManager.
        """
        async with self._database.tenant(subject.tenant_id) as session:
            await AccessRepository(session).changed()
            people = PeopleRepository(session)
            before = await self._below(session, subject, person_id)
            if before.state == "disabled":
                return before
            now = self._clock()
            ended = await people.disable(person_id, now)
            await self._access.keep_manager(session, subject.tenant_id)
            after = await _found(people, person_id)
            await tell(session, now, _act("people.disabled", doer, before, after))
        await self._listener.sessions_ended(subject.tenant_id, ended)
        if before.is_agent:
            await self._listener.left_the_desk(subject.tenant_id, person_id)
        return after

    async def enable(self, subject: Subject, doer: Doer, person_id: UUID) -> Person:
        """The person may sign in again, with the password of before. Raises PersonNotFound, RoleBeyondYours."""
        async with self._database.tenant(subject.tenant_id) as session:
            await AccessRepository(session).changed()
            people = PeopleRepository(session)
            before = await self._below(session, subject, person_id)
            if before.state != "disabled":
                return before
            await people.enable(person_id)
            after = await _found(people, person_id)
            await tell(session, self._clock(), _act("people.enabled", doer, before, after))
        return after

    async def invite_again(self, subject: Subject, doer: Doer, person_id: UUID) -> Invited:
        """A new link; the one before is worth nothing. Who forgot the password has a day for it, and the old one counts
        until then.

        Raises PersonNotFound, PersonDisabled, RoleBeyondYours.
        """
        async with self._database.tenant(subject.tenant_id) as session:
            person = await self._below(session, subject, person_id)
            return await self._anew(session, doer, person, self._clock())

    async def _anew(self, session: AsyncSession, doer: Doer, person: Person, now: datetime) -> Invited:
        if person.state == "disabled":
            raise PersonDisabled("Enable them first.")
        lasts = INVITATION_LASTS if person.state == "invited" else RESET_LASTS
        token = await self._open(session, person.id, now, lasts)
        person = msgspec.structs.replace(person, invitation_expires_at=now + lasts)
        await tell(session, now, Act("people.invited_again", doer, "person", str(person.id)))
        return _invited(person, token)

    async def end_sessions(self, subject: Subject, doer: Doer, person_id: UUID) -> None:
        """Signs the person out everywhere; the account stays as it is. Raises PersonNotFound, RoleBeyondYours."""
        async with self._database.tenant(subject.tenant_id) as session:
            person = await self._below(session, subject, person_id)
            ended = await PeopleRepository(session).end_sessions(person_id)
            act = Act("people.sessions_ended", doer, "person", str(person_id), after={"sessions": len(ended)})
            await tell(session, self._clock(), act)
        await self._listener.sessions_ended(subject.tenant_id, ended)
        if person.is_agent and ended:
            await self._listener.left_the_desk(subject.tenant_id, person_id)

    async def _open(self, session: AsyncSession, person_id: UUID, now: datetime, lasts: timedelta) -> str:
        token = secrets.token_urlsafe(32)
        await InvitationRepository(session).put(person_id, digest(token), now, now + lasts)
        return token

    async def _below(self, session: AsyncSession, subject: Subject, person_id: UUID) -> Person:
        """The person, if the subject may deal with their roles: otherwise a link would be a way to get them."""
        person = await _found(PeopleRepository(session), person_id)
        snapshot = await self._access.as_seen_by(session, subject.tenant_id)
        self._check_roles(snapshot, subject, (), person.roles)
        return person

    def _check_roles(
        self, snapshot: Snapshot, subject: Subject, given: Iterable[str], touched: Iterable[str]
    ) -> None:
        """Raises RoleUnknown for what cannot be given, RoleBeyondYours where those touched do more than one's own."""
        _check_known(snapshot, given)
        if snapshot.allows(subject.roles, "roles.manage", self._access.attributes(subject)):
            return
        more = beyond(snapshot.grants(touched), snapshot.grants(subject.roles))
        if more:
            rights = sorted({grant.right for grant in more})
            raise RoleBeyondYours(f"They give more of {', '.join(rights)} than you have.", rights=rights)


def _check_known(snapshot: Snapshot, roles: Iterable[str]) -> None:
    unknown = [role for role in roles if role not in snapshot.roles]
    if unknown:
        raise RoleUnknown(
            f"There is no role {', '.join(unknown)}.",
            errors=[{"pointer": "/roles", "detail": f"no role: {role}"} for role in unknown],
        )


async def _found(people: PeopleRepository, person_id: UUID) -> Person:
    person = await people.one(person_id)
    if person is None:
        raise PersonNotFound(str(person_id))
    return person


async def _team(session: AsyncSession, team_id: UUID | None) -> TeamReference | None:
    if team_id is None:
        return None
    team = await TeamRepository(session).one(team_id)
    if team is None:
        raise TeamUnknown(errors=[{"pointer": "/team_id", "detail": "no such team"}])
    return team


def _invited(person: Person, token: str) -> Invited:
    assert person.invitation_expires_at is not None
    return Invited(person, f"/invitation/{token}", person.invitation_expires_at)


def _act(name: str, doer: Doer, before: Person | None, after: Person) -> Act:
    """What changed, of a new person everything; name and address masked."""
    was, is_ = _said(before), _said(after)
    changed = {key for key in is_ if was.get(key, UNSET) != is_[key]}
    if before is not None and before.name != after.name:
        changed.add("name")
    return Act(
        name,
        doer,
        "person",
        str(after.id),
        before={key: was[key] for key in sorted(changed)} if before is not None else None,
        after={key: is_[key] for key in sorted(changed)},
    )


def _said(person: Person | None) -> dict[str, object]:
    if person is None:
        return {}
    return {
        "name": masked_name(person.name),
        "email": masked_email(person.email),
        "state": person.state,
        "roles": person.roles,
        "team": person.team.name if person.team else None,
        "region": person.region,
        "outsourced": person.outsourced,
        "is_agent": person.is_agent,
    }
