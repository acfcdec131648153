"""`ovoz keys …`: changing keys while everything runs."""

import asyncio
import getpass
from collections.abc import Awaitable
from typing import TypeVar

import click
import msgspec

from ovoz.entrypoints.installation import load_endpoints, load_settings
from ovoz.lib.clock import utc_now
from ovoz.lib.problems import DomainError
from ovoz.lib.sealing import InstallationKey, InstallationKeyUnreadable, RotationUnderWay, installation_key
from ovoz.platform.audit.api import Doer
from ovoz.platform.tenancy.api import KeyRotation

T = TypeVar("T")


@click.group()
def keys() -> None:
    """The installation's key and the operators' keys that it wraps."""


@keys.command("rotate-installation")
def rotate_installation() -> None:
    """Make a new installation key and wrap every operator's key with it. Called again, it ends what was cut off."""
    rotation, _ = _rotation()
    done = _run(rotation.rotate_installation())
    if done.resumed:
        click.echo("An earlier rotation had not come to its end; it was ended, and no further key was made.")
    click.echo(f"Installation key {done.key_id}: {done.wrapped_anew} operators' keys wrapped anew.")
    click.echo("Back up installation.key now. Backups of the database from before need the file from before.")


@keys.command("rotate-tenant")
@click.argument("slug")
def rotate_tenant(slug: str) -> None:
    """Give the operator SLUG a new key: what is recorded from now on uses it, what there is stays readable."""
    rotation, _ = _rotation()
    doer = Doer("provider", name=f"ovoz keys ({getpass.getuser()})")
    click.echo(f"{slug}: key version {_run(rotation.rotate_tenant(slug, doer))} is in use.")


@keys.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(*, as_json: bool) -> None:
    """List keys and versions, by ids that say nothing of the keys themselves."""
    rotation, key = _rotation()
    states = _run(rotation.status())
    wrapping = [{"id": known.id, "made_at": known.made_at} for known in key.wrapping_keys()]
    if as_json:
        click.echo(msgspec.json.encode({"installation_keys": wrapping, "tenant_keys": states}))
        return
    for index, known in enumerate(key.wrapping_keys()):
        made = f"{known.made_at:%Y-%m-%d %H:%M}" if known.made_at else "at installation"
        note = "in use" if index == 0 else "of a rotation that has not ended: call rotate-installation again"
        click.echo(f"installation key {known.id}  made {made}  {note}")
    for state in states:
        wrapped = f"wrapped by {state.wrapped_by}" if state.wrapped_by else "CANNOT BE OPENED HERE"
        use = "in use" if state.newest else "for what is old"
        click.echo(
            f"{state.slug:<20} version {state.version:<4} made {state.created_at:%Y-%m-%d %H:%M}  {use:<15}  {wrapped}"
        )


def _rotation() -> tuple[KeyRotation, InstallationKey]:
    settings = load_settings()
    endpoints = load_endpoints(settings)
    key = installation_key(settings.home)
    return KeyRotation(endpoints.database_admin_url, key, utc_now), key


def _run(work: Awaitable[T]) -> T:
    async def run() -> T:
        return await work

    try:
        return asyncio.run(run())
    except DomainError as error:
        raise click.ClickException(f"{error.title}. {error.detail}") from None
    except (InstallationKeyUnreadable, RotationUnderWay) as error:
        raise click.ClickException(str(error)) from None
