"""What identity says and hears over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from ovoz.platform.access.contracts import Whose

Locale = Literal["ru", "tg", "en"]
Theme = Literal["system", "light", "dark"]


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """E-mail address (case does not matter) and password."""

    email: Annotated[str, Meta(min_length=3, max_length=200)]
    password: Annotated[str, Meta(min_length=1, max_length=200)]


class SignedInUser(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    email: str
    roles: list[str]
    is_agent: bool


class SessionTenant(msgspec.Struct, frozen=True):
    id: str
    slug: str
    name: str


class Preferences(msgspec.Struct, frozen=True):
    """What a person chose for themselves."""

    locale: Locale
    theme: Theme
    auto_answer: bool


class PreferencesUpdate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Only what stands in it is changed."""

    locale: Locale | None = None
    theme: Theme | None = None
    auto_answer: bool | None = None


class Session(msgspec.Struct, frozen=True):
    """Who is signed in, where, and what they may do."""

    user: SignedInUser
    tenant: SessionTenant
    preferences: Preferences
    rights: list[str]
    """What some role of theirs gives, be it at certain hours only."""
    scopes: dict[str, Whose]
    """For rights about things of people: whose at most."""


class DemoAccount(msgspec.Struct, frozen=True):
    """A sign-in of a demo operator, shown on its sign-in page."""

    email: str
    password: str
    name: str
    role: str


class Site(msgspec.Struct, frozen=True):
    """What may be known before signing in."""

    slug: str
    name: str
    locale: Locale
    locales: list[Locale]
    demo_accounts: list[DemoAccount]
