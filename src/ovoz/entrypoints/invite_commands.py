"""`ovoz provider invite`, `ovoz tenant invite`: the first people, where nobody is who could invite them."""

import asyncio
import getpass
import re
from collections.abc import Sequence
from uuid import UUID

import click

from ovoz.entrypoints.installation import load_endpoints, load_settings
from ovoz.lib.clock import utc_now
from ovoz.lib.db import Database, DatabaseUnavailable
from ovoz.lib.problems import DomainError
from ovoz.platform.access.api import Access, read_roles
from ovoz.platform.audit.api import Doer
from ovoz.platform.people.api import Staff
from ovoz.platform.tenancy.api import TenantRepository
from ovoz.platform.tenancy.contracts import PROVIDER_SLUG

_EMAIL = re.compile(r"[^@\s\0]+@[^@\s\0]+")


@click.group()
def provider() -> None:
    """The provider's own people."""


@provider.command("invite")
@click.argument("email")
@click.option("--name", default="", help="The person's name; otherwise what stands before the @.")
def invite_vendor(email: str, name: str) -> None:
    """Make an account for EMAIL at the provider's address, and print a link that gives it a password, once.

    Who has an account already gets a new link.
    """
    _invite(PROVIDER_SLUG, email, name, "vendor")


@click.command("invite")
@click.argument("slug")
@click.argument("email")
@click.option("--name", default="", help="The person's name; otherwise what stands before the @.")
@click.option("--role", default="admin", show_default=True, help="What the person may do.")
def invite_to_tenant(slug: str, email: str, name: str, role: str) -> None:
    """Make an account for EMAIL at the operator SLUG, and print a link that gives it a password, once.

    Who has an account already gets a new link; what they may do stays as it is.
    """
    if slug == PROVIDER_SLUG:
        raise click.ClickException("For the provider's own people: ovoz provider invite.")
    _invite(slug, email, name, role)


def _invite(slug: str, email: str, name: str, role: str) -> None:
    if not _EMAIL.fullmatch(email) or len(email) > 200:
        raise click.ClickException(f"{email!r} is no e-mail address.")
    if len(name) > 200 or "\0" in name:
        raise click.ClickException("A name has 200 characters at the most.")
    settings = load_settings()
    endpoints = load_endpoints(settings)

    async def run() -> str:
        database = Database(endpoints.database_url, pool_size=2, application_name="ovoz invite")
        try:
            tenant = await TenantRepository(database).by_slug(slug)
            if tenant is None:
                raise click.ClickException(f"There is no operator {slug}.")
            access = Access(read_roles(settings.data_dir), database, utc_now)
            doer = Doer("provider", name=f"{getpass.getuser()} (command line)")
            staff = Staff(database, utc_now, access, _NobodyListens())
            invited = await staff.invite_from_outside(tenant, doer, email, name, role)
        finally:
            await database.close()
        address = f"http://{slug}.{settings.base_domain}:{settings.ports.http}"
        return f"{address}{invited.link}\nIt opens once, until {invited.expires_at:%Y-%m-%d %H:%M} UTC."

    try:
        click.echo(asyncio.run(run()))
    except DomainError as error:
        raise click.ClickException(f"{error.title}. {error.detail}".strip()) from None
    except (OSError, DatabaseUnavailable) as error:
        raise click.ClickException(f"Postgres: {error}") from None


class _NobodyListens:
    """A `PeopleListener`: an invitation ends no session."""

    async def sessions_ended(self, tenant_id: str, session_ids: Sequence[UUID]) -> None: ...

    async def left_the_desk(self, tenant_id: str, user_id: UUID) -> None: ...
