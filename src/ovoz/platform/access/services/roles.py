"""Keeping a tenant's own roles: each change is on record, raises the revision, and leaves somebody in charge."""

from collections.abc import Iterable

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.lib.clock import Clock
from ovoz.lib.db import Database
from ovoz.lib.versions import check_version
from ovoz.platform.access.contracts import Grant, Subject
from ovoz.platform.access.errors import RoleCodeTaken, RoleInUse, RoleInvalid, RoleNotFound, RoleShipped
from ovoz.platform.access.ports import Audit
from ovoz.platform.access.repositories import AccessRepository, CustomRole
from ovoz.platform.access.rules.catalogue import CATALOGUE, PROVIDER_RIGHTS, WHOSE, faults
from ovoz.platform.access.rules.snapshot import Snapshot, beyond
from ovoz.platform.access.schemas import (
    PersonDifference,
    RightInfo,
    Role,
    RoleCreate,
    RoleDifference,
    RoleNames,
    RolePreview,
    RolesFile,
    RoleSpec,
    RoleUpdate,
)
from ovoz.platform.access.services.decisions import Access
from ovoz.platform.audit.contracts import Act, Doer


class Roles:
    """Use cases of roles; each transaction is in the tenant's schema."""

    def __init__(
        self, database: Database, clock: Clock, access: Access, shipped: RolesFile, audit: Audit
    ) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._audit = audit
        self._shipped: dict[str, RoleSpec] = {role.code: role for role in shipped.roles}
        self._reserved = {role.code for role in (*shipped.roles, *shipped.provider_roles)}
        # `/api/roles/preview` is no role.
        self._taken = {*self._reserved, "preview"}

    def rights(self) -> list[RightInfo]:
        """Every right that a role of a tenant can give."""
        return [
            RightInfo(right, list(conditions), list(WHOSE.get(right, ())))
            for right, conditions in CATALOGUE.items()
            if right not in PROVIDER_RIGHTS
        ]

    async def all(self, subject: Subject) -> list[Role]:
        """Shipped roles first, then the tenant's own by name."""
        async with self._database.tenant(subject.tenant_id) as session:
            repository = AccessRepository(session)
            people = await repository.people_by_role()
            own = await repository.roles()
        return [self._shipped_role(code, people) for code in self._shipped] + [
            _role(role, people) for role in own
        ]

    async def show(self, subject: Subject, code: str) -> Role:
        """One role; raises RoleNotFound."""
        async with self._database.tenant(subject.tenant_id) as session:
            repository = AccessRepository(session)
            people = await repository.people_by_role()
            if code in self._shipped:
                return self._shipped_role(code, people)
            return _role(await _found(repository, code), people)

    async def create(self, subject: Subject, doer: Doer, wish: RoleCreate) -> Role:
        """A new role; raises RoleInvalid, RoleCodeTaken."""
        if wish.code in self._taken:
            raise RoleCodeTaken(f"{wish.code} is Ovoz's own.")
        if (wish.grants is None) == (wish.copy_of is None):
            raise RoleInvalid(
                errors=[{"pointer": "/grants", "detail": "give either grants or the role to copy"}]
            )
        async with self._database.tenant(subject.tenant_id) as session:
            repository = AccessRepository(session)
            await repository.changed()
            grants = wish.grants
            if grants is None:
                grants = await self._grants_of(repository, str(wish.copy_of))
            _check(grants)
            role = CustomRole(wish.code, wish.name.strip(), grants, 1)
            if not await repository.add(role):
                raise RoleCodeTaken(f"{wish.code} is there already.")
            await self._tell(session, doer, "roles.created", wish.code, None, role)
        return _role(role, {})

    async def replace(
        self, subject: Subject, doer: Doer, code: str, if_match: str | None, wish: RoleUpdate
    ) -> Role:
        """Puts name and grants in the place of those that are there.

        Raises RoleNotFound, RoleShipped, RoleInvalid, LastManager, and what `check_version` raises.
        """
        _check(wish.grants)
        async with self._database.tenant(subject.tenant_id) as session:
            repository = AccessRepository(session)
            await repository.changed()
            before = await self._own(repository, code)
            check_version(if_match, before.version)
            role = CustomRole(code, wish.name.strip(), wish.grants, before.version + 1)
            await repository.replace(role)
            await self._access.keep_manager(session, subject.tenant_id)
            await self._tell(session, doer, "roles.changed", code, before, role)
            people = await repository.people_by_role()
        return _role(role, people)

    async def remove(self, subject: Subject, doer: Doer, code: str, if_match: str | None) -> None:
        """Raises RoleNotFound, RoleShipped, RoleInUse, and what `check_version` raises."""
        async with self._database.tenant(subject.tenant_id) as session:
            repository = AccessRepository(session)
            await repository.changed()
            before = await self._own(repository, code)
            check_version(if_match, before.version)
            people = await repository.assigned(code)
            if people:
                raise RoleInUse(
                    f"{people} have it (disabled people count): take it from them first.", people=people
                )
            await repository.remove(code)
            await self._tell(session, doer, "roles.removed", code, before, None)

    async def preview(self, subject: Subject, wish: RolePreview) -> RoleDifference:
        """Who would gain or lose what if a role had other grants; nothing is changed.

        Raises RoleInvalid, RoleNotFound, RoleShipped.
        """
        if wish.code in self._reserved:
            raise RoleShipped(f"{wish.code} cannot be changed.")
        _check(wish.grants or [])
        async with self._database.tenant(subject.tenant_id) as session:
            repository = AccessRepository(session)
            revision, custom = await repository.custom()
            holders = await repository.holders()
        if wish.code not in custom and wish.grants is None:
            raise RoleNotFound(wish.code)
        after = {code: grants for code, grants in custom.items() if code != wish.code}
        if wish.grants is not None:
            after[wish.code] = wish.grants
        have = [(id_, name, roles) for id_, name, roles in holders if wish.code in roles]
        compiled = [
            self._access.compile(subject.tenant_id, revision, {**roles, **self._access.shipped})
            for roles in (custom, after)
        ]
        differences = [
            PersonDifference(id_, name, *_difference(compiled[0], compiled[1], roles))
            for id_, name, roles in have
        ]
        changed = [difference for difference in differences if difference.gained or difference.lost]
        return RoleDifference(changed, len(differences) - len(changed))

    async def _own(self, repository: AccessRepository, code: str) -> CustomRole:
        if code in self._shipped:
            raise RoleShipped(f"{code} cannot be changed; copy it and change the copy.")
        return await _found(repository, code)

    async def _grants_of(self, repository: AccessRepository, code: str) -> list[Grant]:
        if code in self._shipped:
            return self._shipped[code].grants
        return (await _found(repository, code)).grants

    def _shipped_role(self, code: str, people: dict[str, int]) -> Role:
        spec = self._shipped[code]
        return Role(code, spec.names, spec.purpose, True, 1, spec.grants, people.get(code, 0))

    async def _tell(
        self,
        session: AsyncSession,
        doer: Doer,
        act: str,
        code: str,
        before: CustomRole | None,
        after: CustomRole | None,
    ) -> None:
        await self._audit(
            session, self._clock(), Act(act, doer, "role", code, before=_said(before), after=_said(after))
        )


def _difference(before: Snapshot, after: Snapshot, roles: Iterable[str]) -> tuple[list[Grant], list[Grant]]:
    had, has = before.grants(roles), after.grants(roles)
    return beyond(has, had), beyond(had, has)


def _check(grants: list[Grant]) -> None:
    wrong = faults(grants)
    if wrong:
        raise RoleInvalid(
            "; ".join(said for _, said in wrong),
            errors=[{"pointer": f"/grants{at}", "detail": said} for at, said in wrong],
        )


async def _found(repository: AccessRepository, code: str) -> CustomRole:
    # Postgres cannot even be asked for a NUL, which an address may hold.
    role = await repository.role(code) if "\0" not in code else None
    if role is None:
        raise RoleNotFound(code)
    return role


def _role(role: CustomRole, people: dict[str, int]) -> Role:
    names = RoleNames(role.name, role.name, role.name)
    return Role(role.code, names, None, False, role.version, role.grants, people.get(role.code, 0))


def _said(role: CustomRole | None) -> dict[str, object] | None:
    return None if role is None else {"name": role.name, "grants": msgspec.to_builtins(role.grants)}
