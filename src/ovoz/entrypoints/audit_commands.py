"""`ovoz audit …`: proving that nothing on record was changed, and exporting what proves it later."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from ovoz.entrypoints.installation import load_endpoints, load_settings
from ovoz.lib.db import Database
from ovoz.lib.problems import DomainError
from ovoz.lib.sealing import InstallationKeyUnreadable, installation_key
from ovoz.platform.audit.api import Examination, Verification, parse_anchors
from ovoz.platform.tenancy.api import Tenant, TenantRepository

T = TypeVar("T")


@click.group()
def audit() -> None:
    """What was done and seen: verify it, export its anchors."""


@audit.command()
@click.argument("slug")
@click.option(
    "--anchors",
    "anchors_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that `ovoz audit anchors` or GET /api/audit/anchors wrote earlier: shows what was cut off since.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(slug: str, anchors_file: Path | None, *, as_json: bool) -> None:
    """Compare the audit of the operator SLUG with its seals. Exit code 0: nothing is wrong; 1: something is."""

    async def work(verification: Verification, tenant: Tenant) -> Examination:
        kept = parse_anchors(anchors_file.read_bytes().splitlines()) if anchors_file is not None else None
        return await verification.verify(tenant.id, kept)

    found = _run(slug, work)
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        for finding in found.findings:
            click.echo(f"{finding.kind}: {finding.detail}{f' [{finding.id}]' if finding.id else ''}")
        for origin in found.origins:
            keys = ", ".join(origin.keys) or "unknown"
            click.echo(
                f"sealed by {origin.installation or 'an older release'} as {origin.origin_slug}"
                f" (tenant {origin.origin_tenant}) until position {origin.last_position} (seal {origin.last_seal},"
                f" keys {keys}); restored {origin.at:%Y-%m-%d %H:%M:%S %Z} as tenant {origin.tenant}"
            )
        if found.origins:
            last = found.origins[-1]
            click.echo(f"from position {last.last_position + 1} on (seal {last.last_seal + 1}) sealed here")
        waiting = f", waiting since {found.waiting_since:%Y-%m-%d %H:%M:%S %Z}" if found.waiting_since else ""
        click.echo(
            f"{slug}: {found.entries} entries, {found.sealed} under {found.seals} seals"
            f" ({found.anchored} compared with anchors), {found.waiting} not sealed yet{waiting};"
            f" {len(found.findings)} findings"
        )
    sys.exit(1 if found.findings else 0)


@audit.command()
@click.argument("slug")
def anchors(slug: str) -> None:
    """Print the seals of the operator SLUG, to be kept where nobody who could change the audit can reach them."""

    async def work(verification: Verification, tenant: Tenant) -> None:
        async for line in verification.anchors(tenant.id):
            click.echo(line, nl=False)

    _run(slug, work)


def _run(slug: str, work: Callable[[Verification, Tenant], Awaitable[T]]) -> T:
    settings = load_settings()
    endpoints = load_endpoints(settings)

    async def run() -> T:
        database = Database(endpoints.database_url, pool_size=2, application_name="ovoz audit")
        try:
            tenant = await TenantRepository(database).by_slug(slug)
            if tenant is None:
                raise click.ClickException(f"There is no operator {slug}.")
            return await work(Verification(database, installation_key(settings.home)), tenant)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except DomainError as error:
        raise click.ClickException(f"{error.title}. {error.detail}") from None
    except InstallationKeyUnreadable as error:
        raise click.ClickException(str(error)) from None
