"""`ovoz tenant …`: making and listing operators."""

import asyncio

import click

from ovoz.entrypoints.installation import load_endpoints, load_settings
from ovoz.entrypoints.provisioning import tenant_maker
from ovoz.lib.db import Database
from ovoz.lib.endpoints import Endpoints
from ovoz.lib.problems import DomainError
from ovoz.platform.tenancy.api import Tenant, TenantRepository


@click.group()
def tenant() -> None:
    """Operators: make one, list them."""


@tenant.command()
@click.argument("slug")
@click.option("--blueprint", required=True, help="A file of tenants/blueprints, without .yaml.")
@click.option("--name", default="", help="The operator's name; otherwise the blueprint's.")
@click.option("--demo", is_flag=True, help="With the people, subscribers and passwords of a demo blueprint.")
def create(slug: str, blueprint: str, name: str, *, demo: bool) -> None:
    """Make the operator SLUG from a blueprint."""
    settings = load_settings()
    endpoints = load_endpoints(settings)
    try:
        tenant_id = asyncio.run(
            tenant_maker(settings, endpoints).create(slug, blueprint, name=name, demo=demo)
        )
    except DomainError as error:
        raise click.ClickException(f"{error.title}. {error.detail}") from None
    click.echo(
        f"{slug} is there (tenant {tenant_id}): http://{slug}.{settings.base_domain}:{settings.ports.http}"
    )


@tenant.command(name="list")
def list_() -> None:
    """List the operators: slug, id, state, name."""
    endpoints = load_endpoints(load_settings())
    for known in asyncio.run(_all(endpoints)):
        click.echo(
            f"{known.slug:<20} {known.id}  {known.state:<10} {known.name}{' (demo)' if known.demo else ''}"
        )


async def _all(endpoints: Endpoints) -> list[Tenant]:
    database = Database(endpoints.database_url, pool_size=1, application_name="ovoz tenant")
    try:
        return await TenantRepository(database).all()
    finally:
        await database.close()
