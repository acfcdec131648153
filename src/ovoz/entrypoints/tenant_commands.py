"""`ovoz tenant …`: the life of operators. Each change is an operation on record, carried out here and now."""

import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import click
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from ovoz.entrypoints.installation import load_endpoints, load_settings
from ovoz.entrypoints.provisioning import TenantDesk, tenant_desk
from ovoz.lib.db import Database, DatabaseUnavailable
from ovoz.lib.problems import DomainError
from ovoz.platform.audit.api import Doer
from ovoz.platform.tenancy.api import Operation, Secret, Tenant, TenantRepository

PASSPHRASE = "OVOZ_ARCHIVE_PASSPHRASE"  # noqa: S105 - the variable's name
Found = TypeVar("Found")
Ask = Callable[[TenantDesk, Doer], Awaitable[Operation]]


@click.group()
def tenant() -> None:
    """Operators: make, suspend, rename, export, restore, delete."""


@tenant.command()
@click.argument("slug")
@click.option("--blueprint", required=True, help="A file of tenants/blueprints, without .yaml.")
@click.option("--name", default="", help="The operator's name; otherwise the blueprint's.")
@click.option("--demo", is_flag=True, help="With the people, subscribers and passwords of a demo blueprint.")
def create(slug: str, blueprint: str, name: str, *, demo: bool) -> None:
    """Make the operator SLUG from a blueprint."""
    done = _carry_out(
        lambda desk, doer: desk.operations.ask_to_create(slug, blueprint, name, doer, demo=demo)
    )
    settings = load_settings()
    address = f"http://{slug}.{settings.base_domain}:{settings.ports.http}"
    click.echo(f"{slug} is there (tenant {done.tenant_id}): {address}")


@tenant.command()
@click.argument("slug")
@click.option("--reason", required=True, help="What its people are told.")
def suspend(slug: str, reason: str) -> None:
    """Suspend SLUG: nobody signs in, callers hear an announcement, conversations run on, nothing is lost."""
    _carry_out(lambda desk, doer: desk.operations.ask("suspend", slug, doer, {"reason": reason}))
    click.echo(f"{slug} is suspended")


@tenant.command()
@click.argument("slug")
def resume(slug: str) -> None:
    """Let SLUG work again."""
    _carry_out(lambda desk, doer: desk.operations.ask("resume", slug, doer))
    click.echo(f"{slug} works again")


@tenant.command()
@click.argument("slug")
@click.argument("new_slug")
def rename(slug: str, new_slug: str) -> None:
    """Give SLUG another address; the old one leads nowhere."""
    _carry_out(lambda desk, doer: desk.operations.ask("rename", slug, doer, {"slug": new_slug}))
    click.echo(f"{slug} is {new_slug} now")


@tenant.command()
@click.argument("slug")
@click.option(
    "--to", "target", type=click.Path(path_type=Path), help="The archive; otherwise in OVOZ_HOME/archives."
)
@click.option("--recipient", default="", help="Public key of whoever may open it; otherwise a passphrase.")
def export(slug: str, target: Path | None, recipient: str) -> None:
    """Write everything of SLUG into one archive; it goes on working meanwhile.

    Without --recipient the passphrase is that of OVOZ_ARCHIVE_PASSPHRASE, or asked for.
    """
    if target is not None and target.exists():
        raise click.ClickException(f"{target} is there already")
    secret = Secret() if recipient else Secret(passphrase=_passphrase(confirm=True))
    to = str(target.absolute()) if target else ""
    done = _carry_out(
        lambda desk, doer: desk.operations.ask("export", slug, doer, {"target": to, "recipient": recipient}),
        secret,
    )
    result = done.result or {}
    click.echo(f"{result['archive']}: {result['bytes']} bytes, {result['objects']} recordings")


@tenant.command()
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("slug")
@click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The recipient's private key.",
)
def restore(archive: Path, slug: str, key_file: Path | None) -> None:
    """Make the operator SLUG from ARCHIVE, as a new one; an older archive is brought forward."""
    secret = (
        Secret(private_key=_private_key(key_file))
        if key_file
        else Secret(passphrase=_passphrase(confirm=False))
    )
    done = _carry_out(
        lambda desk, doer: desk.operations.ask_to_restore(archive.absolute(), slug, doer), secret
    )
    result = done.result or {}
    click.echo(f"{slug} is there (tenant {done.tenant_id})")
    if result.get("numbers_left_out"):
        click.echo(f"numbers that are others' here: {', '.join(result['numbers_left_out'])}", err=True)


@tenant.command("archive-key")
@click.argument("file", type=click.Path(path_type=Path))
def archive_key(file: Path) -> None:
    """Make a private key in FILE and print its public key, which `export --recipient` takes."""
    key = X25519PrivateKey.generate()
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise click.ClickException(f"{file} is there already") from None
    with os.fdopen(handle, "w") as out:
        out.write(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()).hex() + "\n")
    click.echo(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex())


@tenant.command()
@click.argument("slug")
@click.option(
    "--grace-days", default=30.0, type=click.FloatRange(0), show_default=True, help="Time to think again."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(slug: str, grace_days: float, *, yes: bool) -> None:
    """Begin to delete SLUG: suspended now, gone for good after the time of grace."""
    if not yes:
        click.confirm(f"Delete {slug} for good after {grace_days:g} days?", abort=True)
    grace_s = timedelta(days=grace_days).total_seconds()
    done = _carry_out(lambda desk, doer: desk.operations.ask("delete", slug, doer, {"grace_s": grace_s}))
    after = (done.result or {})["delete_after"]
    click.echo(f"{slug} will be gone after {after}; until then: ovoz tenant undelete {slug}")


@tenant.command()
@click.argument("slug")
def undelete(slug: str) -> None:
    """Keep SLUG, whose deletion has begun."""
    _carry_out(lambda desk, doer: desk.operations.ask("undelete", slug, doer))
    click.echo(f"{slug} is kept")


@tenant.command(name="list")
def list_() -> None:
    """List the operators: slug, id, state, name."""
    for known in _run(_all):
        click.echo(
            f"{known.slug:<20} {known.id}  {known.state:<10} {known.name}{' (demo)' if known.demo else ''}"
        )


async def _all() -> list[Tenant]:
    endpoints = load_endpoints(load_settings())
    database = Database(endpoints.database_url, pool_size=1, application_name="ovoz tenant")
    try:
        return [known for known in await TenantRepository(database).all() if known.kind == "operator"]
    finally:
        await database.close()


def _carry_out(ask: Ask, secret: Secret | None = None) -> Operation:
    """Asks and does it in this process, with progress on a terminal; an operation that failed ends the command."""
    settings = load_settings()
    endpoints = load_endpoints(settings)
    doer = Doer("provider", name=f"{getpass.getuser()} (command line)")

    async def work() -> Operation:
        desk = tenant_desk(settings, endpoints)
        try:
            asked = await ask(desk, doer)
            return await desk.runner.run(asked.id, secret=secret, wait=True, on_progress=_shown)
        finally:
            await desk.close()

    done = _run(work)
    if sys.stderr.isatty():
        click.echo("\r\033[K", err=True, nl=False)
    if done.state != "done":
        raise click.ClickException(done.error or f"the worker goes on with it (operation {done.id})")
    return done


def _shown(progress: float, step: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{progress:4.0%}  {step}", err=True, nl=False)


def _run(work: Callable[[], Coroutine[Any, Any, Found]]) -> Found:
    try:
        return asyncio.run(work())
    except DomainError as error:
        raise click.ClickException(f"{error.title}. {error.detail}".strip()) from None
    except (OSError, DatabaseUnavailable, asyncpg.PostgresError) as error:
        raise click.ClickException(f"Postgres: {error}") from None


def _passphrase(*, confirm: bool) -> str:
    return os.environ.get(PASSPHRASE) or str(
        click.prompt("Passphrase of the archive", hide_input=True, confirmation_prompt=confirm)
    )


def _private_key(file: Path) -> bytes:
    try:
        return bytes.fromhex(file.read_text().strip())
    except ValueError:
        raise click.ClickException(f"{file} is no key of `ovoz tenant archive-key`") from None
