"""Wrapped keys as the owner's login sees them; what is wrapped again while the installation's key changes."""

from sqlalchemy import Connection, text

from ovoz.platform.tenancy.contracts import WrappedKey


def hold_keys(connection: Connection) -> None:
    """Until this transaction ends no rotation of the installation's key does: call it before `wrap`."""
    connection.execute(text("LOCK TABLE ovoz.tenant_key IN ROW EXCLUSIVE MODE"))


def stop_key_writers(connection: Connection) -> None:
    """Until this transaction ends nobody stores a wrapped key."""
    connection.execute(text("LOCK TABLE ovoz.tenant_key IN SHARE ROW EXCLUSIVE MODE"))


def wrapped_keys(connection: Connection) -> list[WrappedKey]:
    """Every version of every tenant's key, as it is kept."""
    rows = connection.execute(
        text(
            "SELECT k.tenant_id, t.slug, k.version, k.wrapped, k.created_at"
            " FROM ovoz.tenant_key k JOIN ovoz.tenant t ON t.id = k.tenant_id ORDER BY t.slug, k.version"
        )
    )
    return [WrappedKey(**row._mapping) for row in rows]


def replace_wrapping(connection: Connection, known: WrappedKey, wrapped: bytes) -> bool:
    """False where the row is not any more what was read."""
    done = connection.execute(
        text(
            "UPDATE ovoz.tenant_key SET wrapped = :wrapped"
            " WHERE tenant_id = :tenant AND version = :version AND wrapped = :known"
        ),
        {
            "wrapped": wrapped,
            "tenant": known.tenant_id,
            "version": known.version,
            "known": known.wrapped,
        },
    )
    return done.rowcount == 1


def next_key_version(connection: Connection, slug: str) -> tuple[str, int] | None:
    """The tenant's id and the version that its next key will have; others who ask wait for this transaction."""
    tenant_id = connection.execute(
        text("SELECT id FROM ovoz.tenant WHERE slug = :slug FOR UPDATE"), {"slug": slug}
    ).scalar_one_or_none()
    if tenant_id is None:
        return None
    newest = connection.execute(
        text("SELECT coalesce(max(version), 0) FROM ovoz.tenant_key WHERE tenant_id = :tenant"),
        {"tenant": tenant_id},
    ).scalar_one()
    return tenant_id, newest + 1


def add_key(connection: Connection, tenant_id: str, version: int, wrapped: bytes) -> None:
    connection.execute(
        text(
            "INSERT INTO ovoz.tenant_key (tenant_id, version, wrapped) VALUES (:tenant, :version, :wrapped)"
        ),
        {"tenant": tenant_id, "version": version, "wrapped": wrapped},
    )
