"""The installation that a command is about, from the environment; what is wrong ends the command with a clear line."""

import click
import msgspec

from ovoz.engines.layout import reachable_home
from ovoz.lib.endpoints import Endpoints, EndpointsMissing
from ovoz.lib.settings import Settings, SettingsInvalid


def load_settings() -> Settings:
    """Settings with a home that engines can reach."""
    try:
        settings = Settings.from_environment()
    except SettingsInvalid as error:
        raise click.ClickException(str(error)) from None
    return msgspec.structs.replace(settings, home=reachable_home(settings.home))


def load_endpoints(settings: Settings) -> Endpoints:
    """Where the engines are."""
    try:
        return Endpoints.load(settings)
    except EndpointsMissing as error:
        raise click.ClickException(str(error)) from None
