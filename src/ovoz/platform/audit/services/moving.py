"""Taking the proof along: what an archive must carry so that seals can be checked where it is restored."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.lib.clock import Clock
from ovoz.lib.db import schema_of
from ovoz.lib.sealing import InstallationKey
from ovoz.platform.audit.contracts import Origin, OriginRow
from ovoz.platform.audit.repositories import AuditRepository, add_origin, origins_of
from ovoz.platform.audit.rules.origins import SealsDigest, check_keys, make_origin, statement_of

CARRIED_FORMAT = "ovoz audit proof 1"
_SEALS_AT_ONCE = 100


class _Carried(msgspec.Struct, frozen=True):
    """`proof.json` of an archive."""

    format: str
    installation: str
    tenant: str
    keys: dict[str, str]
    """Ed25519 public keys in hexadecimal, by their ids: those that signed here."""
    moves: list[OriginRow]
    """Of before the tenant came here; signatures in base64."""


class ProofCarrier:
    """Writes what proves a tenant's audit elsewhere, and vouches for what came. Sessions are the owner's."""

    def __init__(self, installation_key: InstallationKey, clock: Clock, installation: str) -> None:
        self._installation_key = installation_key
        self._clock = clock
        self._installation = installation

    async def carried(self, session: AsyncSession, tenant_id: str) -> bytes:
        """Public keys and moves, for a tenant that is read in this transaction."""
        moves = await origins_of(session, tenant_id)
        used = {msgspec.json.decode(move.statement, type=Origin).key_id for move in moves[-1:]}
        async with _InSchema(session, tenant_id) as audit:
            used |= set(await audit.signers())
        ours = {key_id: key.hex() for key_id, key in self._installation_key.signers().items()}
        keys = {key_id: key for key_id, key in ours.items() if key_id in used}
        carried = _Carried(CARRIED_FORMAT, self._installation, tenant_id, keys, moves)
        return msgspec.json.format(msgspec.json.encode(carried))

    async def adopt(
        self, session: AsyncSession, tenant_id: str, carried: bytes | None, *, origin_tenant: str, slug: str
    ) -> Mapping[str, Any]:
        """Keeps what came, signed with this installation's key; what is told of it.

        From here on this installation seals. Raises ValueError for a proof that is another tenant's or cannot be read.
        An archive that carries none (an older release's) leaves its seals to anchors.
        """
        came = _read(carried, origin_tenant)
        for move in came.moves:
            await add_origin(session, tenant_id, move)
        digest, last_seal, last_position = SealsDigest(), 0, 0
        async with _InSchema(session, tenant_id) as audit:
            while page := await audit.seals(after=last_seal, limit=_SEALS_AT_ONCE):
                for row in page:
                    digest.feed(row)
                last_seal, last_position = page[-1].number, page[-1].last_position
        key_id, key = self._installation_key.signer()
        origin = make_origin(
            len(came.moves) + 1,
            tenant_id,
            came.moves[-1] if came.moves else None,
            self._clock(),
            key_id,
            installation=came.installation,
            origin_tenant=origin_tenant,
            origin_slug=slug,
            last_seal=last_seal,
            last_position=last_position,
            seals_sha256=digest.hexdigest(),
            keys=came.keys,
        )
        statement = statement_of(origin)
        await add_origin(
            session, tenant_id, OriginRow(origin.number, statement, key.sign(statement.encode()))
        )
        return {
            "installation": origin.installation,
            "tenant": origin_tenant,
            "slug": slug,
            "last_seal": last_seal,
            "last_position": last_position,
            "keys": sorted(origin.keys),
        }


class _InSchema:
    """The tenant's tables in sight, for a while."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def __aenter__(self) -> AuditRepository:
        await self._session.execute(text(f"SET LOCAL search_path TO {schema_of(self._tenant_id)}"))
        return AuditRepository(self._session)

    async def __aexit__(self, *_: object) -> None:
        await self._session.execute(text("SET LOCAL search_path TO ovoz"))


def _read(carried: bytes | None, origin_tenant: str) -> _Carried:
    if carried is None:
        return _Carried(CARRIED_FORMAT, "", origin_tenant, {}, [])
    try:
        came = msgspec.json.decode(carried, type=_Carried)
    except msgspec.MsgspecError as error:
        raise ValueError(f"it cannot be read ({error})") from None
    if (came.format, came.tenant) != (CARRIED_FORMAT, origin_tenant):
        raise ValueError("it is of another format, or another operator's")
    check_keys(came.keys)
    if [move.number for move in came.moves] != list(range(1, len(came.moves) + 1)):
        raise ValueError("moves are missing")
    return came
