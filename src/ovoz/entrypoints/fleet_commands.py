"""`ovoz fleet …`: where every operator's schema stands, bringing them to head, and what has drifted."""

import asyncio
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import asyncpg
import click
import msgspec

from ovoz.entrypoints.installation import load_endpoints, load_settings
from ovoz.platform.tenancy.api import Fleet, FleetCheck, FleetResult, FleetStatus

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
_WORKERS = click.option(
    "--workers", default=4, type=click.IntRange(1, 32), show_default=True, help="Connections at once."
)


@click.group()
def fleet() -> None:
    """Migrations over all operators."""


@fleet.command()
@_JSON
def status(*, as_json: bool) -> None:
    """Where every operator's schema stands."""
    found: FleetStatus = _run(lambda fleet, _: fleet.status(), 1, quiet=True)
    if as_json:
        _print_json(found)
        return
    for tenant in found.tenants:
        took = "" if tenant.duration_ms is None else f"{tenant.duration_ms} ms"
        click.echo(
            f"{tenant.slug:<31} ring {tenant.ring}  {tenant.state:<8} {tenant.revision or 'nowhere':<14}"
            f" {took:>8}  {tenant.error or ''}".rstrip()
        )
    counts = ", ".join(f"{count} {state}" for state, count in sorted(found.counts.items()))
    click.echo(f"to {found.target}: {counts or 'there are no operators'}")


@fleet.command()
@_JSON
@_WORKERS
def migrate(workers: int, *, as_json: bool) -> None:
    """Bring every operator to the newest revision, ring by ring; may be killed and run again at any time."""
    result: FleetResult = _run(lambda fleet, told: fleet.migrate(told), workers, quiet=as_json)
    if as_json:
        _print_json(result)
    else:
        click.echo(f"{result.done} migrated to {result.target}")
        for tenant in result.failed:
            click.echo(f"{tenant.slug} (ring {tenant.ring}) failed: {tenant.error}", err=True)
        if result.not_begun:
            click.echo(f"not begun because of it: rings {', '.join(map(str, result.not_begun))}", err=True)
    sys.exit(1 if result.failed else 0)


@fleet.command()
@_JSON
@_WORKERS
def verify(workers: int, *, as_json: bool) -> None:
    """Compare every operator's schema with a fresh one, and say table by table what differs."""
    check: FleetCheck = _run(lambda fleet, told: fleet.verify(told), workers, quiet=as_json)
    if as_json:
        _print_json(check)
    else:
        for drifted in check.drift:
            for difference in drifted.differences:
                click.echo(f"{drifted.slug} ({drifted.tenant_id}): {difference}")
        for slug in check.behind:
            click.echo(f"{slug}: not at {check.target}; not compared")
        click.echo(f"{check.checked} compared with {check.digest[:12]}, {len(check.drift)} differ")
    sys.exit(1 if check.drift or check.behind else 0)


def _run(work: Callable[[Fleet, Callable[[int, int, str], None]], Any], workers: int, *, quiet: bool) -> Any:
    settings = load_settings()
    fleet = Fleet(load_endpoints(settings).database_admin_url, settings.data_dir, workers=workers)
    told = _Bar(quiet=quiet)
    try:
        with told:
            return asyncio.run(work(fleet, told))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise click.ClickException(f"Postgres: {error}. Run it again: it goes on where it was.") from None


class _Bar(AbstractContextManager["_Bar"]):
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        self._shown = sys.stderr.isatty() and not quiet
        self._bar: Any = None

    def __call__(self, done: int, total: int, slug: str) -> None:
        if not self._shown:
            return
        if self._bar is None:
            self._bar = click.progressbar(
                length=total, file=sys.stderr, show_pos=True, item_show_func=lambda item: item
            )
        self._bar.update(done - self._bar.pos, slug)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.render_finish()


def _print_json(found: msgspec.Struct) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
